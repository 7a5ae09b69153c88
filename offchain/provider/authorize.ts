import { isAddressEqual } from 'viem';
import type { AgreementState } from '../chain/read-agreement.ts';
import { epochAt, periodOf } from '../chain/epoch.ts';
import { ConflictError } from '../wire/http-errors.ts';
import type { Provider } from './context.ts';
import { NotMySlotError } from './errors.ts';

export interface Permission {
  readonly agreement: AgreementState;
  /** The chain says that the slot is ours. If not, somebody prepares us to take it over. */
  readonly isMine: boolean;
}

/**
 * Who may write to a slot: the creator and the agreement's heavy node where the slot is ours; where it is not, whoever may prepare us to take
 * it over: the heavy node, and the provider that holds it.
 * @throws UnauthorizedError, ForbiddenError (session); NotMySlotError; NO_SUCH_AGREEMENT; AGREEMENT_OVER
 */
export async function authorize(
  provider: Provider,
  request: { readonly header: string | undefined; readonly agreement: number; readonly slot: number },
): Promise<Permission> {
  const { header, slot } = request;
  const agreement = await provider.agreements.get(request.agreement);
  const nowSeconds = await provider.clock.nowSeconds();
  const heavyOperator = await provider.agreements.operatorOf(agreement.heavy);
  const holder = agreement.slots[slot]?.provider ?? 0;
  const preparers = [heavyOperator, ...(holder === 0 ? [] : [await provider.agreements.operatorOf(holder)])];
  const allowed = [agreement.creator, ...preparers];
  const session = await provider.sessions.verify(header, { agreement: agreement.id, allowed, nowSeconds });

  if (slot >= agreement.n) throw new NotMySlotError(agreement.id, slot, provider.id);
  const isMine = holder === provider.id;
  const mayPrepare = preparers.some((one) => isAddressEqual(one, session.creator));
  if (!isMine && !mayPrepare) throw new NotMySlotError(agreement.id, slot, provider.id);
  const { clock } = provider.chain;
  if (periodOf(clock, epochAt(clock, nowSeconds)) >= agreement.endPeriod) {
    throw new ConflictError(`Agreement ${agreement.id} is over.`, { code: 'AGREEMENT_OVER', nextStep: 'Open a new agreement.' });
  }
  return { agreement, isMine };
}
