import { endowFund } from '../../chain/endow-fund.ts';
import { tokenBalance } from '../../chain/read-money.ts';
import type { Client } from '../client.ts';
import { InsufficientTokensError } from '../errors.ts';
import { endowmentStatus } from './status.ts';
import type { EndowmentStatus } from './status.ts';

/** Adds `amount` token units to a fund, whoever's it is: they go the way of its principal. @throws InsufficientTokensError, ChainError NO_SUCH_FUND */
export async function addToEndowment(client: Client, options: { readonly fund: number; readonly amount: bigint }): Promise<EndowmentStatus> {
  const { chain, creator } = client;
  await endowmentStatus(chain, options);
  const balance = await tokenBalance(chain, creator);
  if (balance < options.amount) throw new InsufficientTokensError({ balance, need: options.amount });
  await endowFund(chain, options);
  return endowmentStatus(chain, options);
}
