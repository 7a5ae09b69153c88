import { readFund } from '../../chain/read-fund.ts';
import { recallFund } from '../../chain/reclaim-fund.ts';
import { cancellable } from '../cancellable.ts';
import type { Client } from '../client.ts';

/** The founder takes everything out of the fund's vault, for good; nothing is sent where there is no vault. `received`: token units. */
export function recallEndowment(client: Client, options: { readonly fund: number; readonly signal?: AbortSignal | undefined }): Promise<{ fund: number; received: bigint }> {
  const { fund, signal } = options;
  return cancellable(client, { what: `Emptying the vault of fund ${fund}`, signal }, async ({ chain }) => {
    const { vault } = await readFund(chain, fund);
    if (vault === undefined) return { fund, received: 0n };
    return { fund, ...(await recallFund(chain, { fund })) };
  });
}
