/** A creator believes no heavy node: every line of its proposal is checked against the request, the chain and the signatures. */
import { isAddressEqual } from 'viem';
import type { NodeState } from '../chain/node-state.ts';
import type { MatchReply, MatchRequest } from '../wire/messages.ts';
import { formatTokens } from '../wire/tokens.ts';
import { type Terms, recoverTyped } from '../wire/typed-data.ts';
import { DEFAULT_TIERS, MINIMUMS } from '../wire/placement.ts';
import { kindOf, networkOf } from '../wire/networks.ts';
import { BadMatchError, PriceAboveLimitError } from './errors.ts';
import type { TypedDataDomain } from 'viem';

export interface MatchFacts {
  readonly domain: TypedDataDomain;
  readonly request: MatchRequest;
  readonly maxFeeBps: number;
  readonly nowSeconds: number;
  readonly period: number;
  /** The registry's entries of the offered providers and of the heavy node. */
  readonly nodes: ReadonlyMap<number, NodeState>;
  /** What the providers' addresses resolve to here; providers that are not in it are not held to the rule of networks. */
  readonly addresses?: ReadonlyMap<number, readonly string[]>;
  /** Several nodes may share this machine's own address. */
  readonly exemptLoopback?: boolean;
}

/** Offers must live this long, so that the transaction still finds them valid. */
const SPARE_SECONDS = 15;

/** @throws BadMatchError, PriceAboveLimitError */
export async function checkMatch(reply: MatchReply, facts: MatchFacts): Promise<void> {
  checkTerms(reply.terms, facts);
  const { offers, terms } = reply;
  if (offers.length !== terms.k + terms.m) throw new BadMatchError(`it has ${offers.length} offers for ${terms.k + terms.m} slots`);
  const { policy = {}, priceLimit } = facts.request;
  const limit = policy.maxPrice !== undefined && policy.maxPrice < priceLimit ? policy.maxPrice : priceLimit;
  const spread = new Spread(terms, facts);
  for (const { provider, price, expiry, signature, endpoint } of offers) {
    const node = facts.nodes.get(provider);
    if (node === undefined || node.tier === 'heavy') throw new BadMatchError(`node ${provider} is not a provider`);
    if (node.faulted) throw new BadMatchError(`provider ${provider} is faulted`);
    if (facts.request.exclude?.includes(provider) === true) throw new BadMatchError(`provider ${provider} was excluded`);
    if (endpoint.replace(/\/$/, '') !== node.endpoint.replace(/\/$/, '')) throw new BadMatchError(`the address of provider ${provider} is not the registry's`, { endpoint });
    if (price > limit) {
      throw new PriceAboveLimitError(`Provider ${provider} asks ${formatTokens(price)} per batch and epoch; the limit is ${formatTokens(limit)}.`, { provider, price: String(price) });
    }
    if (expiry < facts.nowSeconds + SPARE_SECONDS) throw new BadMatchError(`the offer of provider ${provider} has expired`);
    const signer = await recoverTyped(facts.domain, 'Offer', { terms, provider, price, expiry }, signature);
    if (!isAddressEqual(signer, node.operator)) throw new BadMatchError(`the offer of provider ${provider} was not signed by its operator`, { signer });
    spread.add(node);
  }
}

/** The rules that bind the slots to each other, and the policy's on each: the protocol's where the policy says nothing stricter. */
class Spread {
  readonly #terms: Terms;
  readonly #facts: MatchFacts;
  readonly #taken = new Map<string, number>();

  constructor(terms: Terms, facts: MatchFacts) {
    this.#terms = terms;
    this.#facts = facts;
  }

  /** @throws BadMatchError */
  add(node: NodeState): void {
    const { policy = {} } = this.#facts.request;
    const { tiers = DEFAULT_TIERS, regions, neverRegions = [] } = policy;
    if (node.tier === 'heavy' || !tiers.includes(node.tier)) throw new BadMatchError(`provider ${node.id} is of tier ${node.tier}, and the policy wants ${tiers.join(' or ')}`);
    if (regions?.includes(node.region) === false || neverRegions.includes(node.region)) throw new BadMatchError(`provider ${node.id} lies in region ${node.region}, which the policy excludes`);
    for (const owner of new Set([node.operator.toLowerCase(), node.payout.toLowerCase()])) this.#count(`owner ${owner}`, 1, 'two slots would go to one operator');
    this.#count(`provider ${node.id}`, 1, 'two slots would go to one operator');
    const perRegion = Math.min(this.#terms.m, policy.perRegion ?? Infinity);
    this.#count(`region ${node.region}`, perRegion, `more than ${perRegion} slots would lie in region ${node.region}`);
    if (policy.perParent !== undefined) this.#count(`parent ${node.parent}`, policy.perParent, `more than ${policy.perParent} slots would go to children of heavy node ${node.parent}`);
    for (const network of this.#networksOf(node.id)) this.#count(`network ${network}`, 1, `two slots would lie in the network ${network}`);
  }

  #networksOf(provider: number): Set<string> {
    const { addresses, exemptLoopback = true, request } = this.#facts;
    const bits4 = Math.min(MINIMUMS.networkBits4, request.policy?.networkBits4 ?? Infinity);
    const bits6 = Math.min(MINIMUMS.networkBits6, request.policy?.networkBits6 ?? Infinity);
    const counted = (addresses?.get(provider) ?? []).filter((address) => !exemptLoopback || kindOf(address) !== 'loopback');
    return new Set(counted.flatMap((address) => networkOf(address, { bits4, bits6 }) ?? []));
  }

  #count(name: string, limit: number, why: string): void {
    const count = (this.#taken.get(name) ?? 0) + 1;
    if (count > limit) throw new BadMatchError(why);
    this.#taken.set(name, count);
  }
}

function checkTerms(terms: Terms, { request, maxFeeBps, period, nodes }: MatchFacts): void {
  for (const field of ['k', 'm', 'batchLog2', 'quota', 'nonce'] as const) {
    if (terms[field] !== request[field]) throw new BadMatchError(`its ${field} is ${terms[field]} instead of ${request[field]}`);
  }
  if (!isAddressEqual(terms.creator, request.creator)) throw new BadMatchError('its terms name another creator');
  if (terms.feeBps > maxFeeBps) throw new BadMatchError(`its fee of ${terms.feeBps} hundredths of a percent is above ${maxFeeBps}`);
  if (nodes.get(terms.heavy)?.tier !== 'heavy') throw new BadMatchError(`node ${terms.heavy} is not a heavy node`);
  // The rest of a running period comes on top, and a boundary may have passed since.
  const periods = terms.endPeriod - period;
  if (periods < request.periods || periods > request.periods + 1) throw new BadMatchError(`its term is ${periods} periods instead of ${request.periods}`);
}
