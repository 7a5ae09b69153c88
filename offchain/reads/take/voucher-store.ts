/** The newest voucher of every account, durable. Rows are facts of the node: few, and never searched by their columns. */
import { z } from 'zod';
import { toJson } from '../../wire/json.ts';
import { amount } from '../../wire/fields.ts';
import { ReadVoucher } from '../../wire/paid-reads.ts';
import type { FactWriter } from '../../store/fact-writer.ts';
import type { Store } from '../../store/open.ts';
import type { Account, AccountRow } from './account.ts';

const PREFIX = 'voucher/';
const Row = z.object({ voucher: ReadVoucher, used: amount, redeemed: amount, isByContract: z.boolean().default(false) });

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

export class VoucherStore {
  readonly #facts: FactWriter;

  constructor(facts: FactWriter) {
    this.#facts = facts;
  }

  /** Resolves when the account, as it is now or newer, is durable. */
  save(account: Account): Promise<void> {
    return this.#facts.save(PREFIX + account.key, () => {
      const row = account.row();
      return row === undefined ? undefined : toJson(row);
    });
  }
}

/** Forgets accounts that are redeemed and whose channel is gone. */
export async function dropVouchers(store: Store, keys: readonly string[]): Promise<void> {
  await store.fact.deleteMany({ where: { key: { in: keys.map((key) => PREFIX + key) } } });
}
