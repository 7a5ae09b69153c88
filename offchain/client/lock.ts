/** Locking an agreement for good, so that others can pay for its future without trusting its creator. */
import { lockAgreement } from '../chain/lock-agreement.ts';
import { readRenewal } from '../chain/pot.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';
import { pickAgreement } from './pick-agreement.ts';

/**
 * It can no longer be closed or grown, nothing in it can be retired, and every refund waits in its pot until the end. Nothing is sent when it is locked already.
 * @throws AgreementError (not yours, over), ContractRevertError, RpcUnavailableError
 */
export function lock(client: Client, options: { readonly agreement: number; readonly signal?: AbortSignal | undefined }): Promise<{ agreement: number; endPeriod: number }> {
  return cancellable(client, { what: `Locking agreement ${options.agreement}`, signal: options.signal }, async (one) => {
    const { state } = await pickAgreement(one, options.agreement);
    const { isLocked } = await readRenewal(one.chain, state.id);
    if (!isLocked) await lockAgreement(one.chain, { agreement: state.id });
    return { agreement: state.id, endPeriod: state.endPeriod };
  });
}
