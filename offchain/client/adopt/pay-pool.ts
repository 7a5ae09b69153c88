/** One payment of a pool. Heavy nodes send it by themselves; anybody may. */
import type { Hex } from 'viem';
import { collectConsents } from '../../chain/collect-consents.ts';
import { payFromPool } from '../../chain/commons.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';

/** Has every provider in place sign for one period more, which the pool pays. @throws NoConsentError, ContractRevertError (NotDue, PoolShort, ProvenTooLittle), RpcUnavailableError, AbortedError */
export function payPool(client: Client, options: { readonly agreement: number; readonly signal?: AbortSignal | undefined }): Promise<{ agreement: number; endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const { agreement: id, signal } = options;
  return abortable(`Paying out of the pool of agreement ${id}`, signal, async () => {
    const { chain } = client;
    const agreement = await readAgreement(chain, id);
    const consents = await collectConsents(chain, { agreement, newEndPeriod: agreement.endPeriod + 1, signal });
    return { agreement: id, ...(await payFromPool(chain, { agreement: id, consents })) };
  });
}
