/** A creator's request becomes terms and exactly n offers that the market accepts in one transaction. */
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { requireHealthy } from '../chain/require-healthy.ts';
import type { MatchReply, MatchRequest, MatchedOffer } from '../wire/messages.ts';
import { PERIODS_MAX, SLOTS_MAX } from '../wire/limits.ts';
import { BadRequestError } from '../wire/http-errors.ts';
import type { Terms } from '../wire/typed-data.ts';
import { askChildren, askNeighbours, merge } from './candidates.ts';
import type { Offers } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { parametersOf } from './chain-reads.ts';
import { PriceAboveLimitError, StaleNonceError, TooFewProvidersError } from './errors.ts';
import type { PricedOffer } from './offers.ts';
import { place } from './placement.ts';
import type { Placement, PlacementRules } from './placement.ts';

/** @throws StaleNonceError, TooFewProvidersError, PriceAboveLimitError; RepairOnlyError while the chain takes no new agreements */
export async function match(context: HeavyContext, request: MatchRequest): Promise<MatchReply> {
  await requireHealthy(context.chain);
  const terms = await buildTerms(context, request);
  const rules: PlacementRules = {
    count: request.k + request.m,
    perRegion: request.m,
    quota: request.quota,
    stakeEpochs: (await parametersOf(context.chain)).stakeEpochs,
    priceLimit: request.priceLimit,
    minReputation: context.settings.minReputation,
  };
  const exclude = new Set(request.exclude ?? []);
  const { chosen, refused } = await search(context, { terms, rules, exclude, hops: request.hops ?? context.settings.hops });
  context.log.info('match.done', { creator: terms.creator, nonce: terms.nonce, providers: chosen.map(({ candidate }) => candidate.provider) });
  return { terms, offers: chosen.map(({ candidate, reason }) => matched(candidate, reason)), refused: refused.map(({ provider, reason }) => ({ provider, reason })) };
}

/**
 * Own children first; the neighbours' only when these are too few, too crowded in their regions, or too dear.
 * @throws TooFewProvidersError, PriceAboveLimitError
 */
export async function search(
  context: HeavyContext,
  options: { terms: Terms; rules: PlacementRules; exclude: ReadonlySet<number>; hops: number },
): Promise<Placement<PricedOffer>> {
  const { terms, rules, exclude, hops } = options;
  try {
    return placeOffers(await askChildren(context, terms, exclude), rules);
  } catch (error) {
    const isShort = error instanceof TooFewProvidersError || error instanceof PriceAboveLimitError;
    if (!isShort) throw error;
    // Somebody may have joined or staked since the registry was last read.
    await context.directory.fresh();
    const own = await askChildren(context, terms, exclude);
    if (hops === 0) return placeOffers(own, rules);
    const others = await askNeighbours(context, { terms, hops, seen: [context.id], exclude });
    return placeOffers(merge(own, others), rules);
  }
}

/** Answers a neighbour: all usable offers, unplaced, because only the asker knows what else it has. */
export async function candidates(context: HeavyContext, question: { terms: Terms; hops: number; seen: readonly number[] }): Promise<{ offers: MatchedOffer[]; refused: { provider: number; reason: string }[] }> {
  const exclude = new Set<number>();
  const [own, others] = await Promise.all([
    askChildren(context, question.terms, exclude),
    askNeighbours(context, { ...question, hops: Math.min(question.hops, context.settings.hops), exclude }),
  ]);
  const { offers, refused } = merge(own, others);
  return {
    offers: offers.map((offer) => matched(offer, `found by heavy node ${context.id}`)),
    refused: refused.map(({ provider, reason }) => ({ provider, reason })),
  };
}

/**
 * The rent of whole periods is what a creator asks for. When the current period is partly over, its rest comes on top:
 * the agreement then ends `periods` whole periods after the next boundary.
 */
async function buildTerms(context: HeavyContext, request: MatchRequest): Promise<Terms> {
  const { creator, k, m, batchLog2, quota, periods } = request;
  if (k + m > SLOTS_MAX) throw new BadRequestError(`An agreement has at most ${SLOTS_MAX} slots; ${k}+${m} are ${k + m}.`, { nextStep: 'Choose a smaller scheme.' });
  const nonce = await creatorNonce(context.chain, creator);
  if (request.nonce !== nonce) throw new StaleNonceError({ given: request.nonce, current: nonce });
  const { epochsPerPeriod } = context.chain.clock;
  const epoch = await currentEpoch(context.chain);
  const period = Math.floor(epoch / epochsPerPeriod);
  const endPeriod = period + periods + (epoch % epochsPerPeriod === 0 ? 0 : 1);
  if (endPeriod > period + PERIODS_MAX) {
    throw new BadRequestError(`An agreement lasts at most ${PERIODS_MAX} periods, the current one included.`, { nextStep: 'Ask for one period less.' });
  }
  return { creator, nonce, heavy: context.id, feeBps: request.feeBps ?? context.settings.feeBps, k, m, batchLog2, quota, endPeriod };
}

/** A provider that declined stays in the list of refusals, whether the placement succeeds or not. */
function placeOffers({ offers, refused }: Offers, rules: PlacementRules): Placement<PricedOffer> {
  try {
    const placement = place(offers, rules);
    return { chosen: placement.chosen, refused: [...refused, ...placement.refused] };
  } catch (error) {
    if (!(error instanceof TooFewProvidersError)) throw error;
    throw error.with(refused);
  }
}

function matched({ provider, price, expiry, signature, endpoint, region }: PricedOffer, reason: string): MatchedOffer {
  return { provider, price, expiry, signature, endpoint, region, reason };
}
