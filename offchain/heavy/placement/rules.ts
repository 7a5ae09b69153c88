/** The rules of one placement: the protocol's, made tighter by the heavy node's settings and by the creator's policy. Pure. */
import type { PlacementPolicy, ProviderTier } from '../../wire/placement.ts';
import { DEFAULT_TIERS, MINIMUMS } from '../../wire/placement.ts';
import type { Occupant } from './candidate.ts';
import type { VettingRules } from './vetting.ts';

/** The market's bounds (contracts/libraries/Sampling.sol): rent is drawn in classes of weight rent / 2^33, below 4^14. */
export const MIN_RENT = 2n ** 33n;
export const MAX_RENT = 2n ** 61n - 1n;

export interface PlacementRules {
  /** Slots to fill; an agreement of k+m has k + m. */
  readonly count: number;
  /** Slots that one region may hold: m, so that losing a region loses no data. */
  readonly perRegion: number;
  /** Batches of space in each slot: rent = price * quota. */
  readonly quota: number;
  /** What one slot takes of a disk. */
  readonly slotBytes?: number;
  /** Epochs of rent that must stand as stake. */
  readonly stakeEpochs: number;
  /** Token units per batch and epoch. */
  readonly priceLimit: bigint;
  /** The market's bounds of one slot's rent per epoch. */
  readonly minRent?: bigint;
  readonly maxRent?: bigint;
  readonly tiers?: readonly ProviderTier[];
  readonly regions?: readonly number[];
  readonly neverRegions?: readonly number[];
  readonly perParent?: number;
  readonly networkBits4?: number;
  readonly networkBits6?: number;
  /** Nodes on this machine's own address are not counted as one network: for a development network. */
  readonly exemptLoopback?: boolean;
  /** Candidates with a known reputation below it are refused; likewise below. */
  readonly minReputation?: number;
  readonly minUptime?: number;
  readonly minBytesPerSecond?: number;
  readonly minCapacityBytes?: number;
  readonly minAgeEpochs?: number;
  readonly maxNewcomers?: number;
  readonly vetting?: VettingRules;
  /** Providers that hold other slots of the same agreement already (repair). */
  readonly occupied?: readonly Occupant[];
}

/** What the heavy node itself asks, from its settings. */
export interface HouseRules {
  readonly minReputation: number;
  readonly minUptime: number;
  readonly minBytesPerSecond: number;
  readonly minCapacityBytes: number;
  readonly exemptLoopback: boolean;
  readonly vetting: VettingRules;
}

/** Where protocol, house and creator differ, the tightest counts. */
export function rulesFor(
  terms: Pick<PlacementRules, 'count' | 'perRegion' | 'quota' | 'slotBytes' | 'stakeEpochs' | 'priceLimit' | 'occupied'>,
  house: HouseRules,
  policy: PlacementPolicy = {},
): PlacementRules {
  const { tiers = DEFAULT_TIERS, regions, neverRegions, perParent, minAgeEpochs, maxNewcomers, maxPrice } = policy;
  return {
    ...terms,
    perRegion: Math.min(terms.perRegion, policy.perRegion ?? Infinity),
    priceLimit: maxPrice !== undefined && maxPrice < terms.priceLimit ? maxPrice : terms.priceLimit,
    tiers,
    ...(regions === undefined ? {} : { regions }),
    ...(neverRegions === undefined ? {} : { neverRegions }),
    ...(perParent === undefined ? {} : { perParent }),
    ...(minAgeEpochs === undefined ? {} : { minAgeEpochs }),
    ...(maxNewcomers === undefined ? {} : { maxNewcomers }),
    networkBits4: Math.min(MINIMUMS.networkBits4, policy.networkBits4 ?? Infinity),
    networkBits6: Math.min(MINIMUMS.networkBits6, policy.networkBits6 ?? Infinity),
    exemptLoopback: house.exemptLoopback,
    minReputation: Math.max(house.minReputation, policy.minReputation ?? 0),
    minUptime: Math.max(house.minUptime, policy.minUptime ?? 0),
    minBytesPerSecond: Math.max(house.minBytesPerSecond, policy.minBytesPerSecond ?? 0),
    minCapacityBytes: Math.max(house.minCapacityBytes, policy.minCapacityBytes ?? 0),
    vetting: house.vetting,
  };
}
