import { setImmediate } from 'node:timers/promises';
import type { Hex } from 'viem';
import { Prisma } from '../store/generated/sqlite/client.ts';
import type { Store } from '../store/open.ts';
import type { FragmentKey } from './errors.ts';

export interface FragmentRow extends FragmentKey {
  readonly root: Hex;
  readonly sizeBytes: number;
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
        // One statement: none of its rows was written.
        for (const { reject } of group) reject(error);
      }
    }
    this.#isWriting = false;
  }
}

async function insert(store: Store, rows: readonly FragmentRow[]): Promise<void> {
  const now = new Date();
  const values = rows.map(({ agreement, batchId, slot, root, sizeBytes }) => Prisma.sql`(${agreement}, ${batchId}, ${slot}, ${root}, ${sizeBytes}, false, ${now})`);
  await store.$executeRaw`
    INSERT INTO "Fragment" ("agreement", "batchId", "slot", "root", "sizeBytes", "bad", "createdAt") VALUES ${Prisma.join(values)}
    ON CONFLICT ("agreement", "batchId", "slot") DO UPDATE SET "root" = excluded."root", "sizeBytes" = excluded."sizeBytes", "bad" = false`;
}
