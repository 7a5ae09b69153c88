/** Who could take a lost slot: the same search as for a new agreement, among everybody who holds no slot of this one. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import { QUOTE_NONCE } from '../../wire/typed-data.ts';
import type { Terms } from '../../wire/typed-data.ts';
import { parametersOf } from '../chain-reads.ts';
import type { HeavyContext } from '../context.ts';
import { search } from '../match.ts';
import type { PricedOffer } from '../offers.ts';
import { slotSizes } from '../estimates.ts';
import { houseRules } from '../house-rules.ts';
import type { Occupant } from '../placement/candidate.ts';
import { rulesFor } from '../placement/rules.ts';

export interface FindOptions {
  readonly slot: number;
  readonly tried: ReadonlySet<number>;
  /** Who takes other slots of this agreement in the same repair. */
  readonly chosen?: readonly { readonly slot: number; readonly provider: number }[];
}

/**
 * The best candidate outside of `tried`: its own operator, a region with room, a price of at most the slot's, stake for the rent.
 * Its offer is only a quote: the price counts that the successor signs in the end.
 * @throws TooFewProvidersError, PriceAboveLimitError
 */
export async function findSuccessor(context: HeavyContext, agreement: AgreementState, options: FindOptions): Promise<PricedOffer> {
  const { chain, directory, settings } = context;
  const { slot, tried, chosen: others = [] } = options;
  const nodes = new Map((await directory.all()).map((node) => [node.id, node]));
  const holders = agreement.slots.filter(({ provider }) => provider !== 0);
  const isTaken = (at: number) => at === slot || others.some((other) => other.slot === at);
  const occupied = [...holders.filter((holder) => !isTaken(holder.slot)), ...others]
    .flatMap(({ provider }): Occupant[] => {
      const node = nodes.get(provider);
      return node === undefined ? [] : [{ provider, operator: node.operator, payout: node.payout, region: node.region, addresses: context.book.of(provider)?.addresses ?? [] }];
    });
  const { quota, m } = agreement;
  const rent = agreement.slots[slot]?.rent ?? 0n;
  const { stakeEpochs } = await parametersOf(chain);
  const rules = rulesFor({ count: 1, perRegion: m, quota, slotBytes: slotSizes(agreement).slotBytes, stakeEpochs, priceLimit: rent / BigInt(quota), occupied }, houseRules(context));
  // Who lost the slot cannot fill it again.
  const loser = agreement.slots[slot]?.vacancy?.from;
  const exclude = new Set([...tried, ...others.map(({ provider }) => provider), ...holders.map(({ provider }) => provider), ...(loser === undefined ? [] : [loser])]);
  const { chosen } = await search(context, { terms: quoteTerms(context.id, agreement), rules, exclude, hops: settings.hops });
  return (chosen[0] as { candidate: PricedOffer }).candidate;
}

/** With this nonce the quote opens nothing, and takes the place of no real offer's reservation. */
function quoteTerms(id: number, agreement: AgreementState): Terms {
  const { creator, feeBps, k, m, batchLog2, quota, endPeriod } = agreement;
  return { creator, nonce: QUOTE_NONCE, heavy: id, feeBps, k, m, batchLog2, quota, endPeriod };
}
