import { reclaimFund } from '../../chain/reclaim-fund.ts';
import { cancellable } from '../cancellable.ts';
import type { Client } from '../client.ts';

/** What an ended agreement left over goes back to the fund's founder: token units, and shares of its vault. @throws ContractRevertError (StillRunning, NotFounder) */
export function reclaimEndowment(client: Client, options: { readonly fund: number; readonly signal?: AbortSignal | undefined }): Promise<{ fund: number; tokens: bigint; shares: bigint }> {
  const { fund, signal } = options;
  return cancellable(client, { what: `Taking fund ${fund} back`, signal }, async ({ chain }) => ({ fund, ...(await reclaimFund(chain, { fund })) }));
}
