import { endowFund } from '../../chain/endow-fund.ts';
import { tokenBalance } from '../../chain/read-money.ts';
import { cancellable } from '../cancellable.ts';
import type { Client } from '../client.ts';
import { InsufficientTokensError } from '../errors.ts';
import { endowmentStatus } from './status.ts';
import type { EndowmentStatus } from './status.ts';

/** Adds `amount` token units to a fund, whoever's it is: they go the way of its principal. @throws InsufficientTokensError, ChainError NO_SUCH_FUND */
export function addToEndowment(client: Client, options: { readonly fund: number; readonly amount: bigint; readonly signal?: AbortSignal | undefined }): Promise<EndowmentStatus> {
  const { fund, amount, signal } = options;
  return cancellable(client, { what: `Adding to fund ${fund}`, signal }, async ({ chain, creator }) => {
    await endowmentStatus(chain, { fund });
    const balance = await tokenBalance(chain, creator);
    if (balance < amount) throw new InsufficientTokensError({ balance, need: amount });
    await endowFund(chain, { fund, amount });
    return endowmentStatus(chain, { fund });
  });
}
