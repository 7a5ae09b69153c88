/** What a reciprocal node remembers, as rows in the client's database. The chain and the catalog know the rest. */
import { z } from 'zod';
import { exclusively } from '../chain/mutex.ts';
import type { Store } from '../store/open.ts';

const Folder = z.strictObject({
  /** Of paths, sizes and times, as it was stored. */
  digest: z.string(),
  agreement: z.number().int(),
  bytes: z.number(),
  files: z.number().int(),
  /** Milliseconds since 1970. */
  storedMs: z.number(),
  /** Some slot had not confirmed everything when it was stored. */
  isIncomplete: z.boolean(),
});
export type StoredFolder = z.infer<typeof Folder>;

const State = z.strictObject({
  /** Running agreements that this mode opened; each is renewed until nothing in it is needed. */
  agreements: z.array(z.number().int()).default([]),
  /** Closed ones whose slots are still to be released. */
  closed: z.array(z.number().int()).default([]),
  /** An agreement that is being opened: where the process ends before its number is written down, the chain tells it by the creator's nonce. */
  opening: z.strictObject({ nonce: z.number().int(), k: z.number(), m: z.number(), batchLog2: z.number(), quota: z.number() }).nullable().default(null),
  folders: z.record(z.string(), Folder).default({}),
  /** The owner wants to leave: nothing is opened any more, and agreements are given up as soon as nothing has its only copies there. */
  isLeaving: z.boolean().default(false),
  /** When the own copies were read the last time, milliseconds since 1970. */
  verifiedMs: z.number().default(0),
});
export type State = z.infer<typeof State>;

/** What the running service says of itself, for `holdfast reciprocal status`. */
const Report = z.strictObject({
  giveBytes: z.string(),
  diskBytes: z.string(),
  folders: z.array(z.strictObject({ name: z.string(), folder: z.string() })),
  wanted: z.strictObject({ k: z.number(), m: z.number() }).nullable(),
  /** By step; empty: all is well. */
  problems: z.record(z.string(), z.string()),
  lookedMs: z.number(),
});
export type Report = z.infer<typeof Report>;

const STATE = 'reciprocal.state';
const REPORT = 'reciprocal.report';

export function loadState(store: Store): Promise<State> {
  return load(store, STATE, State, {});
}

/** Durable when it returns. One change after the other, so that none is lost between reading and writing. */
export async function changeState(store: Store, change: (state: State) => Partial<State>): Promise<void> {
  await exclusively(STATE, async () => {
    const before = await loadState(store);
    await save(store, STATE, { ...before, ...change(before) });
  });
}

/** Undefined when the service never ran in this folder. */
export async function loadReport(store: Store): Promise<Report | undefined> {
  const row = await store.fact.findUnique({ where: { key: REPORT } });
  return row === null ? undefined : Report.parse(JSON.parse(row.value));
}

export function saveReport(store: Store, report: Report): Promise<void> {
  return save(store, REPORT, report);
}

async function load<S extends z.ZodType>(store: Store, key: string, schema: S, fallback: unknown): Promise<z.output<S>> {
  const row = await store.fact.findUnique({ where: { key } });
  return schema.parse(row === null ? fallback : JSON.parse(row.value));
}

async function save(store: Store, key: string, content: unknown): Promise<void> {
  const value = JSON.stringify(content);
  await store.fact.upsert({ where: { key }, create: { key, value }, update: { value } });
}
