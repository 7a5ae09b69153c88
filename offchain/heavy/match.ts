/** A creator's request becomes terms and exactly n offers that the market accepts in one transaction. */
import { randomBytes } from 'node:crypto';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { requireHealthy } from '../chain/require-healthy.ts';
import type { CandidatesRequest, MatchReply, MatchRequest, MatchedOffer } from '../wire/messages.ts';
import { PERIODS_MAX, SLOTS_MAX } from '../wire/limits.ts';
import { BadRequestError } from '../wire/http-errors.ts';
import type { Terms } from '../wire/typed-data.ts';
import { askChildren } from './ask-children.ts';
import { askNeighbours, merge } from './candidates.ts';
import type { Offers, Question } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { parametersOf } from './chain-reads.ts';
import { PriceAboveLimitError, StaleNonceError, TooFewProvidersError } from './errors.ts';
import { slotSizes } from './estimates.ts';
import { houseRules } from './house-rules.ts';
import { CANDIDATES_MAX, OFFER_REMEMBERED_MS, REFUSALS_EXPLAINED, REFUSALS_SHOWN } from './limits.ts';
import type { PricedOffer } from './offers.ts';
import type { Placement, Refusal } from './placement/candidate.ts';
import { place } from './placement/place.ts';
import { MAX_RENT, rulesFor } from './placement/rules.ts';
import type { PlacementRules } from './placement/rules.ts';
import { countRefusals, someOfEach } from './placement/tally.ts';

/** @throws StaleNonceError, TooFewProvidersError, PriceAboveLimitError; RepairOnlyError while the chain takes no new agreements */
export async function match(context: HeavyContext, request: MatchRequest): Promise<MatchReply> {
  const [terms, { stakeEpochs }] = await Promise.all([buildTerms(context, request), parametersOf(context.chain), requireHealthy(context.chain)]);
  const { k, m, quota, priceLimit, policy, explain = false } = request;
  const { slotBytes } = slotSizes(terms);
  const rules = rulesFor({ count: k + m, perRegion: m, quota, slotBytes, stakeEpochs, priceLimit }, houseRules(context), policy);
  const exclude = new Set(request.exclude ?? []);
  const { chosen, refused } = await search(context, { terms, rules, policy, exclude, hops: request.hops ?? context.settings.hops });
  const providers = chosen.map(({ candidate }) => candidate.provider);
  context.reputation.holdings.expect(`${terms.creator}/${terms.nonce}`, { providers, bytes: slotBytes, untilMs: Date.now() + OFFER_REMEMBERED_MS });
  context.log.info('match.done', { creator: terms.creator, nonce: terms.nonce, providers });
  return {
    terms,
    offers: chosen.map(({ candidate, code, reason }) => ({ ...matched(candidate, reason), code })),
    refused: someOfEach(refused, explain ? REFUSALS_EXPLAINED : REFUSALS_SHOWN),
    counts: countRefusals(refused),
    considered: refused.length + chosen.length,
  };
}

/**
 * Own children first; the neighbours' only when these are too few, too crowded in their regions, or too dear.
 * @throws TooFewProvidersError, PriceAboveLimitError
 */
export async function search(context: HeavyContext, options: Question & { readonly hops: number }): Promise<Placement<PricedOffer>> {
  const { rules, hops } = options;
  try {
    return placeOffers(await askChildren(context, options), rules);
  } catch (error) {
    const isShort = error instanceof TooFewProvidersError || error instanceof PriceAboveLimitError;
    if (!isShort) throw error;
    // Somebody may have joined or staked since the registry was last read.
    await context.directory.fresh();
    const own = await askChildren(context, options);
    if (hops === 0) return placeOffers(own, rules);
    const others = await askNeighbours(context, { ...options, seen: [context.id], request: nameSearch(context) });
    return placeOffers(merge(own, others), rules);
  }
}

/** A name that this node itself does not answer again. */
function nameSearch(context: HeavyContext): string {
  const name = randomBytes(16).toString('hex');
  context.graph.isRepeat(name);
  return name;
}

/** Answers a neighbour: all usable offers, unplaced, because only the asker knows what else it has. */
export async function candidates(context: HeavyContext, request: CandidatesRequest): Promise<{ offers: MatchedOffer[]; refused: Refusal[] }> {
  // `seen` keeps two nodes of one round apart; two that were asked in different rounds only meet here.
  if (request.request !== undefined && context.graph.isRepeat(request.request)) return { offers: [], refused: [] };
  const { terms, seen, policy } = request;
  const { k, m, quota } = terms;
  const exclude = new Set(request.exclude ?? []);
  const { stakeEpochs } = await parametersOf(context.chain);
  // Twice what is needed: the asker's own may be in the way of some.
  const wanted = { count: 2 * (k + m), perRegion: 2 * m, quota, slotBytes: slotSizes(terms).slotBytes, stakeEpochs, priceLimit: request.priceLimit ?? MAX_RENT };
  const question = { terms, policy, exclude, rules: rulesFor(wanted, houseRules(context), policy) };
  // A search without a name gets one here, or each path of it would be followed to its end.
  const name = request.request ?? nameSearch(context);
  const [own, others] = await Promise.all([
    askChildren(context, question),
    askNeighbours(context, { ...question, seen, request: name, hops: Math.min(request.hops, context.settings.hops) }),
  ]);
  const { offers, refused } = merge(own, others);
  return { offers: offers.slice(0, CANDIDATES_MAX).map((offer) => matched(offer, `found by heavy node ${context.id}`)), refused: someOfEach(refused, REFUSALS_SHOWN) };
}

/**
 * The rent of whole periods is what a creator asks for. When the current period is partly over, its rest comes on top:
 * the agreement then ends `periods` whole periods after the next boundary.
 */
async function buildTerms(context: HeavyContext, request: MatchRequest): Promise<Terms> {
  const { creator, k, m, batchLog2, quota, periods } = request;
  if (k + m > SLOTS_MAX) throw new BadRequestError(`An agreement has at most ${SLOTS_MAX} slots; ${k}+${m} are ${k + m}.`, { nextStep: 'Choose a smaller scheme.' });
  const [nonce, epoch] = await Promise.all([creatorNonce(context.chain, creator), currentEpoch(context.chain)]);
  if (request.nonce !== nonce) throw new StaleNonceError({ given: request.nonce, current: nonce });
  const { epochsPerPeriod } = context.chain.clock;
  const period = Math.floor(epoch / epochsPerPeriod);
  const endPeriod = period + periods + (epoch % epochsPerPeriod === 0 ? 0 : 1);
  if (endPeriod > period + PERIODS_MAX) {
    throw new BadRequestError(`An agreement lasts at most ${PERIODS_MAX} periods, the current one included.`, { nextStep: 'Ask for one period less.' });
  }
  return { creator, nonce, heavy: context.id, feeBps: request.feeBps ?? context.settings.feeBps, k, m, batchLog2, quota, endPeriod };
}

/** Who was refused before stays in the list of refusals, whether the placement succeeds or not. */
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
