import { epochAt, periodOf } from '../chain/epoch.ts';
import { ConflictError } from '../wire/http-errors.ts';
import { PERIODS_MAX } from '../wire/limits.ts';
import type { ExtensionReply, ExtensionRequest } from '../wire/messages.ts';
import { signTyped } from '../wire/typed-data.ts';
import type { Provider } from './context.ts';
import { NoSpaceError, TermsRefusedError } from './errors.ts';
import { requireStaying } from './leaving.ts';
import { requireStake } from './stake.ts';

/**
 * Signs this provider's consent to a longer term of the slot that it holds, at the slot's price. Anybody may ask, for anybody may pay; the
 * signature works once, before the agreement changes in any other way.
 * @throws NO_SLOT_HERE, AGREEMENT_OVER, TermsRefusedError, StakeShortError, NoSpaceError
 */
export async function postExtension(provider: Provider, request: ExtensionRequest): Promise<ExtensionReply> {
  const { chain, id } = provider;
  const { newEndPeriod } = request;
  const agreement = await provider.agreements.refresh(request.agreement);
  const { endPeriod, turns: turn } = agreement;
  const held = agreement.slots.find((one) => one.provider === id);
  if (held === undefined) throw new ConflictError(`This provider (${id}) holds no slot of agreement ${agreement.id}.`, { code: 'NO_SLOT_HERE', nextStep: 'Read the agreement again.' });
  const period = periodOf(chain.clock, epochAt(chain.clock, await chain.nowSeconds()));
  if (period >= endPeriod) throw new ConflictError(`Agreement ${agreement.id} is over.`, { code: 'AGREEMENT_OVER', nextStep: 'Open a new agreement.' });
  if (newEndPeriod <= endPeriod) throw new TermsRefusedError(`the agreement runs until period ${endPeriod} already`, { endPeriod, newEndPeriod });
  if (newEndPeriod > period + PERIODS_MAX) throw new TermsRefusedError(`the term would be longer than ${PERIODS_MAX} periods`, { newEndPeriod, period });
  await requireStaying(provider.store);
  // Nothing new is promised, only for longer; but a stake that was slashed, or a smaller disk, has to be made good first.
  await requireStake(provider, 0n);
  await requireRoom(provider);
  const { slot } = held;
  const signature = await signTyped(provider.account, provider.domain, 'Extension', { agreement: agreement.id, slot, endPeriod, newEndPeriod, turn });
  provider.log.info('extension.signed', { agreement: agreement.id, slot, endPeriod, newEndPeriod, turn });
  return { slot, endPeriod, newEndPeriod, turn, signature };
}

async function requireRoom({ store, config }: Provider): Promise<void> {
  const promised = (await store.heldSlot.aggregate({ where: { state: 'held' }, _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0n;
  if (promised > config.capacityBytes) throw new NoSpaceError(promised, config.capacityBytes);
}
