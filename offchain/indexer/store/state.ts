/** How far the index is: kept in the same transaction as the rows. */
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { Store } from '../../store/open.ts';
import { BLOCKS, META, quoted } from './tables.ts';

export interface BlockMark {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Unix seconds. */
  readonly time: number;
}

export interface IndexState {
  /** The last block that is in the index. */
  readonly head: BlockMark | undefined;
  /** How often rows were taken back: a query that saw it change is run again. */
  readonly reorgs: number;
  /** The first block whose state can still be asked for. */
  readonly earliest: number;
  readonly failure: string | undefined;
  readonly deployment: string | undefined;
  /** Counts everything that was written: who writes says which turn it has seen. */
  readonly turn: number;
}

type MetaKey = 'deployment' | 'reorgs' | 'earliest' | 'failure' | 'tables' | 'turn';

export async function readState(store: Store): Promise<IndexState> {
  const [head] = await readMarks(store, 1);
  const rows = await store.$queryRaw<{ key: MetaKey; value: string }[]>`SELECT "key", "value" FROM ${quoted(META)}`;
  const meta = new Map(rows.map(({ key, value }) => [key, value]));
  const failure = meta.get('failure');
  return { head, reorgs: Number(meta.get('reorgs') ?? 0), earliest: Number(meta.get('earliest') ?? 0), failure: failure === '' ? undefined : failure, deployment: meta.get('deployment'), turn: Number(meta.get('turn') ?? 0) };
}

/** Ends the transaction (the column takes no null) where another process has written since `turn`; holds up others until this one is done. */
export function takeTurn(turn: number): Prisma.Sql {
  return Prisma.sql`UPDATE ${quoted(META)} SET "value" = CASE WHEN "value" = ${String(turn)} THEN ${String(turn + 1)} ELSE NULL END WHERE "key" = 'turn'`;
}

/** Newest first. */
export async function readMarks(store: Store, limit: number): Promise<BlockMark[]> {
  const rows = await store.$queryRaw<Record<string, unknown>[]>`SELECT "number", "hash", "parent", "time" FROM ${quoted(BLOCKS)} ORDER BY "number" DESC LIMIT ${limit}`;
  return rows.map(markOf);
}

/** Undefined where the index keeps no mark of that block. */
export async function markByHash(store: Store, hash: string): Promise<BlockMark | undefined> {
  const [row] = await store.$queryRaw<Record<string, unknown>[]>`SELECT "number", "hash", "parent", "time" FROM ${quoted(BLOCKS)} WHERE "hash" = ${hash}`;
  return row === undefined ? undefined : markOf(row);
}

export async function markByNumber(store: Store, number: number): Promise<BlockMark | undefined> {
  const [row] = await store.$queryRaw<Record<string, unknown>[]>`SELECT "number", "hash", "parent", "time" FROM ${quoted(BLOCKS)} WHERE "number" = ${number}`;
  return row === undefined ? undefined : markOf(row);
}

function markOf(row: Record<string, unknown>): BlockMark {
  return { number: Number(row['number']), hash: String(row['hash']), parentHash: String(row['parent']), time: Number(row['time']) };
}

export function setMeta(key: MetaKey, value: string): Prisma.Sql {
  return Prisma.sql`INSERT INTO ${quoted(META)} ("key", "value") VALUES (${key}, ${value}) ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`;
}

export function addMark({ number, hash, parentHash, time }: BlockMark): Prisma.Sql {
  return Prisma.sql`INSERT INTO ${quoted(BLOCKS)} ("number", "hash", "parent", "time") VALUES (${number}, ${hash}, ${parentHash}, ${time})`;
}
