import { buyTokens as buy } from '../chain/buy-tokens.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';

/** Buys tokens for `coin` (smallest unit of the chain's coin). Returns token units. */
export function buyTokens(client: Client, options: { readonly coin: bigint; readonly signal?: AbortSignal | undefined }): Promise<{ tokens: bigint }> {
  return cancellable(client, { what: 'Buying tokens', signal: options.signal }, ({ chain }) => buy(chain, { coin: options.coin }));
}
