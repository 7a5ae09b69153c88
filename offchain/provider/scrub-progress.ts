import { z } from 'zod';
import type { Store } from '../store/open.ts';

const FACT = 'scrub';

const Counts = { bytes: z.number().int(), fragments: z.number().int(), damaged: z.number().int(), healed: z.number().int() };

/** How far the reading of all fragments has come. Times are Unix milliseconds. */
const ScrubProgress = z.object({
  /** Passes begun. */
  pass: z.number().int(),
  startedMs: z.number(),
  /** Null while the pass goes on. */
  endedMs: z.number().nullable(),
  /** The last fragment that was checked: agreement, batch id, slot. Null before the first. */
  after: z.tuple([z.number().int(), z.string(), z.number().int()]).nullable(),
  ...Counts,
  /** The pass before. */
  last: z.object({ startedMs: z.number(), endedMs: z.number(), ...Counts }).nullable(),
});
export type ScrubProgress = z.infer<typeof ScrubProgress>;

export const NO_COUNTS = { bytes: 0, fragments: 0, damaged: 0, healed: 0 };

/** Undefined before the first pass, and when what is stored cannot be read: a pass then begins anew. */
export async function loadScrubProgress(store: Store): Promise<ScrubProgress | undefined> {
  const row = await store.fact.findUnique({ where: { key: FACT } });
  if (row === null) return undefined;
  try {
    return ScrubProgress.parse(JSON.parse(row.value));
  } catch {
    return undefined;
  }
}

export async function saveScrubProgress(store: Store, progress: ScrubProgress): Promise<void> {
  const value = JSON.stringify(progress);
  await store.fact.upsert({ where: { key: FACT }, create: { key: FACT, value }, update: { value } });
}
