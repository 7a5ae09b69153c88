import { reclaimFund } from '../../chain/reclaim-fund.ts';
import type { Client } from '../client.ts';

/** What an ended agreement left over goes back to the fund's founder: token units, and shares of its vault. @throws ContractRevertError (StillRunning, NotFounder) */
export async function reclaimEndowment(client: Client, options: { readonly fund: number }): Promise<{ fund: number; tokens: bigint; shares: bigint }> {
  return { fund: options.fund, ...(await reclaimFund(client.chain, options)) };
}
