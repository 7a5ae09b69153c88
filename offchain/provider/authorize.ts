import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import type { AgreementState } from '../chain/read-agreement.ts';
import { epochAt, periodOf } from '../chain/epoch.ts';
import { ConflictError } from '../wire/http-errors.ts';
import { claimedSigner } from '../wire/session.ts';
import type { Provider } from './context.ts';
import { NotMySlotError } from './errors.ts';

export interface Permission {
  readonly agreement: AgreementState;
  /** The chain says that the slot is ours. If not, somebody prepares us to take it over. */
  readonly isMine: boolean;
}

/** A state so old goes on allowing the writes that it allowed: one read serves many fragments. It refuses nothing, and lets nobody prepare us. */
const ALLOWING_MS = 5_000;
/** What a refusal is judged by is at most so old. */
const REFUSING_MS = 1_000;

interface Write {
  readonly header: string | undefined;
  readonly agreement: number;
  readonly slot: number;
}

/**
 * Who may write to a slot: the creator and the agreement's heavy node where the slot is ours; where it is not, whoever may prepare us to take
 * it over: the heavy node, the provider that holds it, and any heavy node once it is lost.
 * @throws UnauthorizedError, ForbiddenError (session); NotMySlotError; NO_SUCH_AGREEMENT; AGREEMENT_OVER
 */
export async function authorize(provider: Provider, request: Write): Promise<Permission> {
  const { agreements, clock } = provider;
  const recent = await agreements.get(request.agreement, ALLOWING_MS);
  const outcome = await judge(provider, request, recent, await clock.recentSeconds(ALLOWING_MS)).catch((refusal: Error) => ({ refusal }));
  if ('isMine' in outcome && outcome.isMine) return outcome;
  const fresh = await agreements.get(request.agreement, REFUSING_MS);
  if (fresh !== recent) return judge(provider, request, fresh, await clock.recentSeconds(REFUSING_MS));
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome;
}

/**
 * Who may have anything to send for an agreement: its creator, its heavy node, the providers in place, and any heavy node while a slot is lost.
 * @throws UnauthorizedError, ForbiddenError; NO_SUCH_AGREEMENT
 */
export async function requireParty(provider: Provider, { agreement: id, header }: Omit<Write, 'slot'>): Promise<void> {
  const { agreements, clock } = provider;
  const check = async (maxAgeMs: number): Promise<void> => {
    const agreement = await agreements.get(id, maxAgeMs);
    const nodes = new Set([agreement.heavy, ...agreement.slots.map((slot) => slot.provider).filter((one) => one !== 0)]);
    const operators = await Promise.all([...nodes].map((node) => agreements.operatorOf(node)));
    const allowed = [agreement.creator, ...operators, ...(await rescuersOf(provider, agreement, header))];
    await provider.sessions.verify(header, { agreement: id, allowed, nowSeconds: await clock.recentSeconds(maxAgeMs) });
  };
  await check(ALLOWING_MS).catch(() => check(REFUSING_MS));
}

/**
 * While a slot of an agreement is lost, any heavy node may prepare its successor, and read for it: the agreement's own may be gone for good. What it
 * brings must match the committed roots, and the slot is only taken by a signature of ours.
 */
export async function rescuersOf(provider: Provider, { slots }: AgreementState, header: string | undefined): Promise<Address[]> {
  if (!slots.some(({ faulted, vacancy }) => faulted || vacancy !== undefined)) return [];
  const claimed = claimedSigner(header);
  return claimed !== undefined && (await provider.agreements.isHeavy(claimed)) ? [claimed] : [];
}

async function judge(provider: Provider, { header, slot }: Write, agreement: AgreementState, nowSeconds: number): Promise<Permission> {
  const heavyOperator = await provider.agreements.operatorOf(agreement.heavy);
  const holder = agreement.slots[slot]?.provider ?? 0;
  const rescuers = await rescuersOf(provider, agreement, header);
  const preparers = [heavyOperator, ...(holder === 0 ? [] : [await provider.agreements.operatorOf(holder)]), ...rescuers];
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
