import { coinBalance, owedTo, saleRate, tokenBalance } from '../chain/read-money.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

export interface Balances {
  /** Smallest unit of the chain's coin. */
  readonly coin: bigint;
  /** Token units in the wallet. */
  readonly tokens: bigint;
  /** Token units that `withdraw` would pay. */
  readonly owed: bigint;
  /** Token units for one unit of the coin. */
  readonly saleRate: bigint;
}

export function balances(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Balances> {
  return cancellable(client, { what: 'Reading the balances', signal: options.signal }, async ({ chain, creator }) => {
    const [coin, tokens, owed, rate] = await Promise.all([coinBalance(chain, creator), tokenBalance(chain, creator), owedTo(chain, creator), saleRate(chain)]);
    return { coin, tokens, owed, saleRate: rate };
  });
}
