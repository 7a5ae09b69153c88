/** Firing a provider with notice: it is paid until its heavy node has put a successor into the slot. */
import { giveNotice as give } from '../chain/give-notice.ts';
import { periodStart, epochStart } from '../chain/epoch.ts';
import { cancellable } from './cancellable.ts';
import type { Client } from './client.ts';
import { AgreementError } from './errors.ts';
import { pickAgreement } from './pick-agreement.ts';

export interface Noticed {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  /** From this period on the slot may go to a successor. */
  readonly fromPeriod: number;
  /** The same as Unix seconds. */
  readonly fromSeconds: number;
}

/** @throws AgreementError (not yours, over, no such provider in it), ContractRevertError, RpcUnavailableError */
export function giveNotice(client: Client, options: { readonly agreement: number; readonly provider: number; readonly signal?: AbortSignal | undefined }): Promise<Noticed> {
  return cancellable(client, { what: `Giving provider ${options.provider} notice`, signal: options.signal }, (one) => notify(one, options));
}

async function notify(client: Client, { agreement, provider }: { readonly agreement: number; readonly provider: number }): Promise<Noticed> {
  const { state } = await pickAgreement(client, agreement);
  const slot = state.slots.find((one) => one.provider === provider && provider !== 0)?.slot;
  if (slot === undefined) throw new AgreementError('NO_SUCH_PROVIDER', `Provider ${provider} holds no slot of agreement ${agreement}.`, 'holdfast status shows who holds which slot.', { provider });
  const { fromPeriod } = await give(client.chain, { agreement, slot });
  const { clock } = client.chain;
  return { agreement, slot, provider, fromPeriod, fromSeconds: epochStart(clock, periodStart(clock, fromPeriod)) };
}
