/** A creator believes no heavy node: every line of its proposal is checked against the request, the chain and the signatures. */
import { isAddressEqual } from 'viem';
import type { NodeState } from '../chain/node-state.ts';
import type { MatchReply, MatchRequest } from '../wire/messages.ts';
import { formatTokens } from '../wire/tokens.ts';
import { type Terms, recoverTyped } from '../wire/typed-data.ts';
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
}

/** Offers must live this long, so that the transaction still finds them valid. */
const SPARE_SECONDS = 15;

/** @throws BadMatchError, PriceAboveLimitError */
export async function checkMatch(reply: MatchReply, facts: MatchFacts): Promise<void> {
  checkTerms(reply.terms, facts);
  const { offers, terms } = reply;
  if (offers.length !== terms.k + terms.m) throw new BadMatchError(`it has ${offers.length} offers for ${terms.k + terms.m} slots`);
  const providers = new Set<number>();
  const operators = new Set<string>();
  const regions = new Map<number, number>();
  for (const { provider, price, expiry, signature } of offers) {
    const node = facts.nodes.get(provider);
    if (node === undefined || node.tier === 'heavy') throw new BadMatchError(`node ${provider} is not a provider`);
    if (node.faulted) throw new BadMatchError(`provider ${provider} is faulted`);
    if (price > facts.request.priceLimit) {
      throw new PriceAboveLimitError(`Provider ${provider} asks ${formatTokens(price)} per batch and epoch; the limit is ${formatTokens(facts.request.priceLimit)}.`, { provider, price: String(price) });
    }
    if (expiry < facts.nowSeconds + SPARE_SECONDS) throw new BadMatchError(`the offer of provider ${provider} has expired`);
    const signer = await recoverTyped(facts.domain, 'Offer', { terms, provider, price, expiry }, signature);
    if (!isAddressEqual(signer, node.operator)) throw new BadMatchError(`the offer of provider ${provider} was not signed by its operator`, { signer });
    const inRegion = (regions.get(node.region) ?? 0) + 1;
    if (inRegion > terms.m) throw new BadMatchError(`more than ${terms.m} slots would lie in region ${node.region}`);
    regions.set(node.region, inRegion);
    providers.add(provider);
    operators.add(node.operator.toLowerCase());
  }
  if (providers.size !== offers.length || operators.size !== offers.length) throw new BadMatchError('two slots would go to one operator');
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
