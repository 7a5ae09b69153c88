/** Locking an agreement for good, so that others can pay for its future without trusting its creator. */
import { lockAgreement } from '../chain/lock-agreement.ts';
import { readRenewal } from '../chain/pot.ts';
import type { Client } from './client.ts';
import { pickAgreement } from './pick-agreement.ts';

/**
 * It can no longer be closed or grown, nothing in it can be retired, and every refund waits in its pot until the end. Nothing is sent when it is locked already.
 * @throws AgreementError (not yours, over), ContractRevertError, RpcUnavailableError
 */
export async function lock(client: Client, options: { readonly agreement: number }): Promise<{ agreement: number; endPeriod: number }> {
  const { state } = await pickAgreement(client, options.agreement);
  const { isLocked } = await readRenewal(client.chain, state.id);
  if (!isLocked) await lockAgreement(client.chain, { agreement: state.id });
  return { agreement: state.id, endPeriod: state.endPeriod };
}
