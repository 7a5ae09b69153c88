import { setImmediate } from 'node:timers/promises';
import type { Hex } from 'viem';
import { Prisma } from '../store/generated/sqlite/client.ts';
import type { Store } from '../store/open.ts';
import type { FragmentKey } from './errors.ts';
import { tallyOf } from './tally.ts';

export interface FragmentRow extends FragmentKey {
  readonly root: Hex;
  readonly sizeBytes: number;
  /** The caller knows of no row for this fragment; when there is one all the same, it is replaced. */
  readonly isNew?: boolean | undefined;
}

interface Waiting {
  readonly row: FragmentRow;
  resolve(): void;
  reject(error: unknown): void;
}

/** Rows of one statement; SQLite bounds the values of a statement. */
const ROWS_MAX = 100;

const writers = new WeakMap<Store, RowWriter>();

/**
 * Writes the row of a fragment that is durable under its name, and takes it into service. Durable when it returns. Fragments that end
 * together share one commit, for each commit waits for the disk.
 */
export function saveRow(store: Store, row: FragmentRow): Promise<void> {
  const writer = writers.get(store) ?? new RowWriter(store);
  writers.set(store, writer);
  return writer.save(row);
}

class RowWriter {
  readonly #store: Store;
  /** As many as uploads are under way. */
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(store: Store) {
    this.#store = store;
  }

  save(row: FragmentRow): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      if (!this.#isWriting) void this.#write();
    });
  }

  /** Ends when nobody waits. Who comes while a commit is under way goes into the next one. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    // Whoever's folder was synced together comes in the same turn of the event loop.
    await setImmediate();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, ROWS_MAX);
      try {
        await insert(this.#store, group.map(({ row }) => row));
        for (const { resolve } of group) resolve();
      } catch (error) {
        // None is acknowledged. Such as were written all the same tell the truth: their bytes are durable.
        for (const { reject } of group) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

async function insert(store: Store, rows: readonly FragmentRow[]): Promise<void> {
  const now = new Date();
  const values = rows.map(({ agreement, batchId, slot, root, sizeBytes }) => Prisma.sql`(${agreement}, ${batchId}, ${slot}, ${root}, ${sizeBytes}, false, ${now})`);
  const insertInto = Prisma.sql`INSERT INTO "Fragment" ("agreement", "batchId", "slot", "root", "sizeBytes", "bad", "createdAt") VALUES ${Prisma.join(values)}
    ON CONFLICT ("agreement", "batchId", "slot") DO`;
  await tallyOf(store).write(rows, async () => {
    // Only the database knows what was new, and says so only for rows that replace nothing.
    const added = rows.every(({ isNew }) => isNew) ? await store.$executeRaw`${insertInto} NOTHING` : 0;
    if (added === rows.length) return rows.map(({ agreement, slot, sizeBytes }) => ({ agreement, slot, fragments: 1, bytes: BigInt(sizeBytes) }));
    await store.$executeRaw`${insertInto} UPDATE SET "root" = excluded."root", "sizeBytes" = excluded."sizeBytes", "bad" = false`;
    return undefined;
  });
}
