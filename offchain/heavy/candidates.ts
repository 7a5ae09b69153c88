/** Whom a search asks: this node's children and, within a number of hops, other heavy nodes about theirs. */
import type { NodeState } from '../chain/node-state.ts';
import { requestJson } from '../wire/http-client.ts';
import { NODE_LIST_MAX } from '../wire/limits.ts';
import { CandidatesReply } from '../wire/messages.ts';
import type { CandidatesRequest } from '../wire/messages.ts';
import type { PlacementPolicy } from '../wire/placement.ts';
import type { Terms } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import { CANDIDATES_MAX, CANDIDATES_TIMEOUT_MS, NEIGHBOURS_MAX, NEIGHBOUR_REFUSALS_MAX, PARALLEL_REQUESTS } from './limits.ts';
import { checkOffer } from './offers.ts';
import type { OfferOutcome, PricedOffer } from './offers.ts';
import { mapLimited } from './parallel.ts';
import type { Refusal } from './placement/candidate.ts';
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
  // By what was said, not by whom: a neighbour that sends spoiled offers of others' children hides no true ones.
  const offers = new Map(replies.flatMap((reply) => reply.offers.slice(0, CANDIDATES_MAX)).map((offer) => [`${offer.provider}/${offer.signature}`, offer]));
  const usable = [...offers.values()].filter((offer) => !exclude.has(offer.provider));
  const check = { terms, nowSeconds: context.chain.nowSeconds() };
  check.nowSeconds.catch(() => undefined);
  const outcomes = await mapLimited(usable, PARALLEL_REQUESTS, async (offer): Promise<OfferOutcome> => {
    const node = nodes.get(offer.provider);
    if (node === undefined || node.tier === 'heavy') return { refusal: { provider: offer.provider, code: 'bad-offer', reason: 'the registry has no such provider' } };
    return checkOffer(context, node, check, offer);
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

/** Of one provider's offers the cheapest true one. */
function sort(outcomes: readonly OfferOutcome[], refused: readonly Refusal[]): Offers {
  const offers = new Map<number, PricedOffer>();
  for (const outcome of outcomes) {
    if ('offer' in outcome && outcome.offer.price < (offers.get(outcome.offer.provider)?.price ?? Infinity)) offers.set(outcome.offer.provider, outcome.offer);
  }
  const others = outcomes.flatMap((outcome) => ('refusal' in outcome && !offers.has(outcome.refusal.provider) ? [outcome.refusal] : []));
  return { offers: [...offers.values()], refused: [...refused, ...others] };
}
