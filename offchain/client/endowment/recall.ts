import { readFund } from '../../chain/read-fund.ts';
import { recallFund } from '../../chain/reclaim-fund.ts';
import type { Client } from '../client.ts';

/** The founder takes everything out of the fund's vault, for good; nothing is sent where there is no vault. `received`: token units. */
export async function recallEndowment(client: Client, options: { readonly fund: number }): Promise<{ fund: number; received: bigint }> {
  const { vault } = await readFund(client.chain, options.fund);
  if (vault === undefined) return { fund: options.fund, received: 0n };
  return { fund: options.fund, ...(await recallFund(client.chain, options)) };
}
