import { owedTo } from '../chain/read-money.ts';
import { withdraw as collect } from '../chain/withdraw.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

/** Pays refunds and compensations to the wallet, in token units; sends nothing when nothing is owed. */
export function withdraw(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<{ amount: bigint }> {
  return cancellable(client, { what: 'Withdrawing', signal: options.signal }, async ({ chain, creator }) => ((await owedTo(chain, creator)) === 0n ? { amount: 0n } : collect(chain)));
}
