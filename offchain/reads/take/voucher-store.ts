/** The newest voucher of every account, durable. Rows are facts of the node: few, and never searched by their columns. */
import { z } from 'zod';
import { toJson } from '../../wire/json.ts';
import { amount } from '../../wire/fields.ts';
import { ReadVoucher } from '../../wire/paid-reads.ts';
import type { Store } from '../../store/open.ts';
import type { Account, AccountRow } from './account.ts';

const PREFIX = 'voucher/';
const Row = z.object({ voucher: ReadVoucher, used: amount, redeemed: amount });

/** Accounts by their key. A row that cannot be read is left alone: it is somebody's money. */
export async function loadVouchers(store: Store): Promise<Map<string, AccountRow>> {
  const rows = await store.fact.findMany({ where: { key: { startsWith: PREFIX } } });
  const accounts = new Map<string, AccountRow>();
  for (const { key, value } of rows) {
    const row = Row.safeParse(JSON.parse(value));
    if (row.success) accounts.set(key.slice(PREFIX.length), row.data);
  }
  return accounts;
}

/** Writes accounts in the background, all that changed together in one transaction. */
export class VoucherStore {
  readonly #store: Store;
  readonly #changed = new Set<Account>();
  #writing: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the account, as it is now or newer, is durable. */
  save(account: Account): Promise<void> {
    this.#changed.add(account);
    // The write under way may have taken its rows already: the next one has this one.
    const next = this.#writing === undefined ? this.#write() : this.#writing.then(() => this.#write(), () => this.#write());
    this.#writing = next;
    const clear = (): void => {
      if (this.#writing === next) this.#writing = undefined;
    };
    next.then(clear, clear);
    return next;
  }

  async #write(): Promise<void> {
    const accounts = [...this.#changed];
    this.#changed.clear();
    if (accounts.length === 0) return;
    const rows = accounts.flatMap((account) => {
      const row = account.row();
      return row === undefined ? [] : [{ key: PREFIX + account.key, value: toJson(row) }];
    });
    try {
      await this.#store.$transaction(rows.map(({ key, value }) => this.#store.fact.upsert({ where: { key }, create: { key, value }, update: { value } })));
    } catch (error) {
      for (const account of accounts) this.#changed.add(account);
      throw error;
    }
  }
}

/** Forgets accounts that are redeemed and whose channel is gone. */
export async function dropVouchers(store: Store, keys: readonly string[]): Promise<void> {
  await store.fact.deleteMany({ where: { key: { in: keys.map((key) => PREFIX + key) } } });
}
