/** Offers from this node's children and, within a number of hops, from those of other heavy nodes. */
import type { NodeState } from '../chain/node-state.ts';
import { requestJson } from '../wire/http-client.ts';
import { NODE_LIST_MAX } from '../wire/limits.ts';
import { CandidatesReply } from '../wire/messages.ts';
import type { CandidatesRequest } from '../wire/messages.ts';
import type { PlacementPolicy } from '../wire/placement.ts';
import { QUOTE_NONCE } from '../wire/typed-data.ts';
import type { Terms } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import { estimate, slotSizes } from './estimates.ts';
import { ASKS_MORE, ASKS_PER_SLOT, ASKS_SPARE, CANDIDATES_MAX, CANDIDATES_TIMEOUT_MS, NEIGHBOURS_MAX, NEIGHBOUR_REFUSALS_MAX, OFFERS_AT_ONCE, PARALLEL_REQUESTS } from './limits.ts';
import { askOffer, checkOffer } from './offers.ts';
import type { OfferOutcome, PricedOffer } from './offers.ts';
import { mapLimited } from './parallel.ts';
import type { Candidate, Refusal } from './placement/candidate.ts';
import { unfit } from './placement/fitness.ts';
import { pick } from './placement/pick.ts';
import { sift } from './placement/place.ts';
import { MIN_RENT } from './placement/rules.ts';
import type { PlacementRules } from './placement/rules.ts';

export interface Offers {
  readonly offers: readonly PricedOffer[];
  readonly refused: readonly Refusal[];
}

/** What is searched for. `policy`: the creator's, for the neighbours; it is in `rules` already. */
export interface Question {
  readonly terms: Terms;
  readonly rules: PlacementRules;
  readonly policy?: PlacementPolicy | undefined;
  readonly exclude: ReadonlySet<number>;
  /** Names the search, so that a node which it reaches by two paths answers once. */
  readonly request?: string | undefined;
}

/** Providers in the registry whose parent is this node, and those that came here because theirs is away. */
export async function childrenOf(context: HeavyContext): Promise<NodeState[]> {
  const attached = new Set(context.graph.attached());
  return (await context.directory.all()).filter((node) => node.tier !== 'heavy' && (node.parent === context.id || attached.has(node.id)));
}

/** Heavy nodes that this one talks to: those of the configuration, else those it is connected to, else the registry's first. */
export async function neighboursOf(context: HeavyContext): Promise<NodeState[]> {
  const neighbours = context.settings.neighbours ?? context.graph.neighbours();
  const heavies = (await context.directory.all()).filter((node) => node.tier === 'heavy' && node.id !== context.id && node.endpoint !== '');
  const wanted = neighbours === undefined ? heavies : heavies.filter((node) => neighbours.includes(node.id));
  return wanted.slice(0, NEIGHBOURS_MAX);
}

/**
 * Signed offers of the children that would be chosen by what they ask; the others are refused by their asks alone. A signed offer takes the place of
 * its provider's ask and the choice is made again, until every chosen one has signed or as many were asked as may be.
 */
export async function askChildren(context: HeavyContext, question: Question): Promise<Offers> {
  const { terms, rules, exclude } = question;
  const children = await childrenOf(context);
  const nodes = new Map(children.map((node) => [node.id, node]));
  const sizes = slotSizes(terms);
  const fullRules = { slotBytes: sizes.slotBytes, ...rules };
  const leastPrice = (MIN_RENT + BigInt(terms.quota) - 1n) / BigInt(terms.quota);
  const estimates = children.filter(({ id }) => !exclude.has(id)).map((node) => estimate(context, node, { ...sizes, leastPrice, isRepair: terms.nonce === QUOTE_NONCE }));
  const { fit, refused } = sift(estimates, fullRules);
  const excluded = children.filter(({ id }) => exclude.has(id)).map(({ id }): Refusal => ({ provider: id, code: 'excluded', reason: 'the request excludes it' }));
  const signed = new Map<number, PricedOffer>();
  const declined = new Map<number, Refusal>();
  const spare = Math.max(2, Math.ceil(rules.count * ASKS_SPARE));
  const asksMax = rules.count * ASKS_PER_SLOT + ASKS_MORE;

  for (;;) {
    const left = fit.filter(({ provider }) => !declined.has(provider)).map((one) => signed.get(one.provider) ?? one);
    const { chosen } = pick(left.filter(({ price }) => price <= rules.priceLimit), { ...fullRules, count: rules.count + spare });
    const unsigned = chosen.map(({ candidate }) => candidate.provider).filter((id) => !signed.has(id));
    // The price of everybody who fits is wanted when the limit leaves too few: the creator is told what would do.
    const more = unsigned.length > 0 || chosen.length >= rules.count ? unsigned : left.map(({ provider }) => provider).filter((id) => !signed.has(id));
    const asked = more.slice(0, asksMax - signed.size - declined.size);
    if (asked.length === 0) break;
    // Stake and standing are read again while the offers are on their way.
    const fresh = context.directory.refresh(asked).then((now) => new Map(now.map((node) => [node.id, node])));
    const outcomes = await mapLimited(asked, OFFERS_AT_ONCE, (id) => askOffer(context, nodes.get(id) as NodeState, terms, fresh.then((now) => now.get(id))));
    for (const outcome of outcomes) {
      const refusal = 'refusal' in outcome ? outcome.refusal : refusalOf(outcome.offer, fullRules);
      if (refusal !== undefined) declined.set(refusal.provider, refusal);
      else if ('offer' in outcome) noteOffer(context, signed, outcome.offer, sizes.fragmentBytes);
    }
  }
  const rest = leftByAsk(fit, { signed, declined, rules: fullRules });
  return { offers: [...signed.values()], refused: [...excluded, ...refused, ...declined.values(), ...rest] };
}

function refusalOf(offer: PricedOffer, rules: PlacementRules): Refusal | undefined {
  const fault = unfit(offer, rules);
  return fault === undefined ? undefined : { provider: offer.provider, ...fault };
}

function noteOffer(context: HeavyContext, signed: Map<number, PricedOffer>, offer: PricedOffer, fragmentBytes: number): void {
  const asked = context.book.asked(offer.provider, fragmentBytes);
  context.book.offered(offer.provider, asked === undefined || asked === 0n ? 1 : Number(offer.price) / Number(asked));
  signed.set(offer.provider, offer);
}

/** Those that were never asked: their asks put them behind the ones that were. */
function leftByAsk(fit: readonly Candidate[], { signed, declined, rules }: { signed: ReadonlyMap<number, unknown>; declined: ReadonlyMap<number, unknown>; rules: PlacementRules }): Refusal[] {
  return fit
    .filter(({ provider }) => !signed.has(provider) && !declined.has(provider))
    .map(({ provider, price, region }) =>
      price > rules.priceLimit
        ? { provider, code: 'above-limit', reason: `it asks ${price}, above the limit of ${rules.priceLimit}` }
        : { provider, code: 'not-needed', reason: `what it asks, ${price} in region ${region}, came after the chosen ones` },
    );
}

/**
 * Asks the neighbours that were not asked yet; each asks its own while hops are left. `seen` goes along with all of this round's
 * neighbours in it, so no two of them ask the same node. A neighbour that does not answer is logged and left out.
 */
export async function askNeighbours(context: HeavyContext, question: Question & { readonly hops: number; readonly seen: readonly number[] }): Promise<Offers> {
  const { terms, rules, policy, hops, seen, exclude, request } = question;
  if (hops < 1) return { offers: [], refused: [] };
  const neighbours = (await neighboursOf(context)).filter((node) => !seen.includes(node.id));
  const nowSeen = [...new Set([...seen, context.id, ...neighbours.map((node) => node.id)])];
  const replies = await mapLimited(neighbours, PARALLEL_REQUESTS, (node) => askNeighbour(context, node, {
    terms, hops: hops - 1, seen: nowSeen, priceLimit: rules.priceLimit, exclude: [...exclude].slice(0, NODE_LIST_MAX), ...(policy === undefined ? {} : { policy }), ...(request === undefined ? {} : { request }),
  }));
  const nodes = new Map((await context.directory.all()).map((node) => [node.id, node]));
  const offers = new Map(replies.flatMap((reply) => reply.offers.slice(0, CANDIDATES_MAX)).map((offer) => [offer.provider, offer]));
  const usable = [...offers.values()].filter((offer) => !exclude.has(offer.provider));
  const outcomes = await mapLimited(usable, PARALLEL_REQUESTS, async (offer): Promise<OfferOutcome> => {
    const node = nodes.get(offer.provider);
    if (node === undefined || node.tier === 'heavy') return { refusal: { provider: offer.provider, code: 'bad-offer', reason: 'the registry has no such provider' } };
    return checkOffer(context, node, terms, offer);
  });
  const refused = replies.flatMap((reply) => reply.refused).slice(0, NEIGHBOUR_REFUSALS_MAX);
  return sort(outcomes, refused);
}

async function askNeighbour(context: HeavyContext, node: NodeState, body: CandidatesRequest): Promise<CandidatesReply> {
  const { log, signal } = context;
  try {
    const url = `${node.endpoint}/candidates`;
    return await requestJson(url, { method: 'POST', body, schema: CandidatesReply, timeoutMs: CANDIDATES_TIMEOUT_MS, signal });
  } catch (error) {
    log.warn('match.neighbour-silent', { neighbour: node.id, error });
    return { offers: [], refused: [] };
  }
}

export function merge(a: Offers, b: Offers): Offers {
  const offers = new Map([...b.offers, ...a.offers].map((offer) => [offer.provider, offer]));
  const refused = new Map([...b.refused, ...a.refused].filter(({ provider }) => !offers.has(provider)).map((refusal) => [refusal.provider, refusal]));
  return { offers: [...offers.values()], refused: [...refused.values()] };
}

function sort(outcomes: readonly OfferOutcome[], refused: readonly Refusal[]): Offers {
  return {
    offers: outcomes.flatMap((outcome) => ('offer' in outcome ? [outcome.offer] : [])),
    refused: [...refused, ...outcomes.flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []))],
  };
}
