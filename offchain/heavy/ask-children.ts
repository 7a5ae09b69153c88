/** Signed offers of the own children that would be chosen, found among all of them by what they ask. */
import type { NodeState } from '../chain/node-state.ts';
import { signOfferAsk } from '../wire/offer-ask.ts';
import { QUOTE_NONCE } from '../wire/typed-data.ts';
import { childrenOf } from './candidates.ts';
import type { Offers, Question } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { estimate, slotSizes } from './estimates.ts';
import { ASKS_MORE, ASKS_PER_SLOT, ASKS_SPARE, OFFERS_AT_ONCE } from './limits.ts';
import { askOffer } from './offers.ts';
import type { OfferOutcome, PricedOffer } from './offers.ts';
import { mapLimited } from './parallel.ts';
import type { Candidate, Refusal } from './placement/candidate.ts';
import { unfit } from './placement/fitness.ts';
import { pick } from './placement/pick.ts';
import { sift } from './placement/place.ts';
import { MIN_RENT } from './placement/rules.ts';
import type { PlacementRules } from './placement/rules.ts';

/**
 * A signed offer takes the place of its provider's ask and the choice is made again, until every chosen one has signed or as many were asked as may be. The others
 * are refused by their asks alone.
 */
export async function askChildren(context: HeavyContext, question: Question): Promise<Offers> {
  const { terms, exclude } = question;
  const children = await childrenOf(context);
  const sizes = slotSizes(terms);
  const rules: PlacementRules = { slotBytes: sizes.slotBytes, ...question.rules };
  const leastPrice = (MIN_RENT + BigInt(terms.quota) - 1n) / BigInt(terms.quota);
  const estimates = children.filter(({ id }) => !exclude.has(id)).map((node) => estimate(context, node, { ...sizes, leastPrice, isRepair: terms.nonce === QUOTE_NONCE }));
  const { fit, refused } = sift(estimates, rules);
  const excluded = children.filter(({ id }) => exclude.has(id)).map(({ id }): Refusal => ({ provider: id, code: 'excluded', reason: 'the request excludes it' }));
  const { signed, declined } = await collect(context, { question, rules, fit, fragmentBytes: sizes.fragmentBytes, nodes: new Map(children.map((node) => [node.id, node])) });
  const rest = fit.filter(({ provider }) => !signed.has(provider) && !declined.has(provider)).map((candidate) => new LeftByAsk(candidate, rules));
  return { offers: [...signed.values()], refused: [...excluded, ...refused, ...declined.values(), ...rest] };
}

interface Collection {
  readonly signed: Map<number, PricedOffer>;
  readonly declined: Map<number, Refusal>;
}

async function collect(
  context: HeavyContext,
  search: { readonly question: Question; readonly rules: PlacementRules; readonly fit: readonly Candidate[]; readonly fragmentBytes: number; readonly nodes: ReadonlyMap<number, NodeState> },
): Promise<Collection> {
  const { question, rules, fit, fragmentBytes, nodes } = search;
  const { count, priceLimit } = rules;
  const signed = new Map<number, PricedOffer>();
  const declined = new Map<number, Refusal>();
  const wanted = { ...rules, count: count + Math.max(2, Math.ceil(count * ASKS_SPARE)) };
  const asksMax = count * ASKS_PER_SLOT + ASKS_MORE;

  for (;;) {
    const left = signed.size + declined.size === 0 ? fit : fit.filter(({ provider }) => !declined.has(provider)).map((one) => signed.get(one.provider) ?? one);
    const { chosen } = pick(left.filter(({ price }) => price <= priceLimit), wanted);
    const isEnough = chosen.length >= count;
    const unsigned = chosen.map(({ candidate }) => candidate).filter(({ provider }) => !signed.has(provider));
    // When the limit leaves too few, the price of everybody who fits is wanted: the creator is told what would do.
    const asked = (unsigned.length > 0 || isEnough ? unsigned : left.filter(({ provider }) => !signed.has(provider))).slice(0, asksMax - signed.size - declined.size);
    if (asked.length === 0) break;
    let isAsAsked = true;
    for (const [i, outcome] of (await askThese(context, asked, nodes, question)).entries()) {
      const refusal = 'refusal' in outcome ? outcome.refusal : refusalOf(outcome.offer, rules);
      if (refusal !== undefined) declined.set(refusal.provider, refusal);
      else if ('offer' in outcome) noteOffer(context, signed, outcome.offer, fragmentBytes);
      isAsAsked &&= refusal === undefined && 'offer' in outcome && outcome.offer.price === asked[i]?.price;
    }
    // Everybody signed at the price that the choice was made by: it would be made again.
    if (isAsAsked && isEnough && asked.length === unsigned.length) break;
  }
  return { signed, declined };
}

/** Stake and standing are read again while the offers are on their way; when the chain does not answer, what was known counts. */
function askThese(context: HeavyContext, asked: readonly Candidate[], nodes: ReadonlyMap<number, NodeState>, { terms }: Question): Promise<OfferOutcome[]> {
  const ids = asked.map(({ provider }) => provider);
  const fresh = context.directory.refresh(ids).catch(() => []).then((now) => new Map(now.map((node) => [node.id, node])));
  const nowSeconds = context.chain.nowSeconds();
  const ask = nowSeconds.then((now) => signOfferAsk(context.account, context.chain.domain, { terms, nowSeconds: now }));
  const check = { terms, nowSeconds, ask };
  // Whoever needs them is told that the chain is away; nobody may.
  nowSeconds.catch(() => undefined);
  ask.catch(() => undefined);
  return mapLimited(ids, OFFERS_AT_ONCE, (id) => askOffer(context, nodes.get(id) as NodeState, check, fresh.then((now) => now.get(id))));
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

/** One that was never asked: its ask put it behind those that were. There are thousands of them, so the sentence is made when it is read. */
class LeftByAsk implements Refusal {
  readonly provider: number;
  readonly code: 'above-limit' | 'not-needed';
  readonly #price: bigint;
  readonly #region: number;
  readonly #limit: bigint;

  constructor({ provider, price, region }: Candidate, { priceLimit }: PlacementRules) {
    this.provider = provider;
    this.code = price > priceLimit ? 'above-limit' : 'not-needed';
    [this.#price, this.#region, this.#limit] = [price, region, priceLimit];
  }

  get reason(): string {
    if (this.code === 'above-limit') return `it asks ${this.#price}, above the limit of ${this.#limit}`;
    return `what it asks, ${this.#price} in region ${this.#region}, came after the chosen ones`;
  }
}
