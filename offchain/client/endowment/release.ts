/** One payment of an endowment. Heavy nodes send it by themselves; anybody may. */
import type { Hex } from 'viem';
import { collectConsents } from '../../chain/collect-consents.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import { readFund } from '../../chain/read-fund.ts';
import { releaseFund } from '../../chain/release-fund.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';

/** Has every provider in place sign for one period more, which the fund pays. @throws NoConsentError, ContractRevertError, RpcUnavailableError, AbortedError */
export function releaseEndowment(client: Client, options: { readonly fund: number; readonly signal?: AbortSignal | undefined }): Promise<{ fund: number; agreement: number; endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const { fund, signal } = options;
  return abortable(`Paying out of fund ${fund}`, signal, async () => {
    const { chain } = client;
    const { agreement: id } = await readFund(chain, fund);
    const agreement = await readAgreement(chain, id);
    const consents = await collectConsents(chain, { agreement, newEndPeriod: agreement.endPeriod + 1, signal });
    const released = await releaseFund(chain, { fund, consents });
    await client.views.refresh(id);
    return { fund, agreement: id, ...released };
  });
}
