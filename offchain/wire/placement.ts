/** What heavy nodes and creators say about placement: the closed sets of reasons, and the rules that a creator may tighten. */
import { z } from 'zod';
import { amount, uint, uint16, uint32 } from './fields.ts';
import { NODE_LIST_MAX, SLOTS_MAX } from './limits.ts';

/** Why a provider got no slot. */
export const RefusalCode = z.enum([
  'excluded', 'unreachable', 'not-public', 'faulted', 'read-only', 'declined', 'bad-offer',
  'operator-taken', 'network-taken', 'region-full', 'region-refused', 'parent-full', 'wrong-tier',
  'low-reputation', 'low-uptime', 'low-bandwidth', 'low-capacity', 'too-young', 'vetting-full', 'newcomers-full',
  'stake-short', 'space-short', 'rent-out-of-bounds', 'above-limit', 'not-needed',
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** Why one got its slot: nobody who fits is cheaper; cheaper ones lie in a region with more slots; cheaper ones have a worse reputation; it was the only one left that keeps every rule. */
export const ChoiceCode = z.enum(['best-price', 'spreads-regions', 'better-reputation', 'only-fit']);
export type ChoiceCode = z.infer<typeof ChoiceCode>;

/** `reason`: one clause with numbers, for people. */
export const Refusal = z.object({ provider: uint32, code: RefusalCode.default('declined'), reason: z.string().max(512) });
export type Refusal = z.infer<typeof Refusal>;

/** How many providers each rule left out. */
export const RefusalCounts = z.partialRecord(RefusalCode, z.number().int().min(0));
export type RefusalCounts = z.infer<typeof RefusalCounts>;

export const ProviderTier = z.enum(['standard', 'archival', 'edge']);
export type ProviderTier = z.infer<typeof ProviderTier>;

/** Tiers that may hold an agreement's slots unless the creator names others: an edge node drops what it likes. */
export const DEFAULT_TIERS: readonly ProviderTier[] = ['standard', 'archival'];

const share = z.number().min(0).max(1);
const regions = z.array(uint16).max(NODE_LIST_MAX);

/**
 * What a creator asks beyond the protocol. Each rule only tightens: one that would loosen the protocol's has no effect. Unknown keys are errors.
 */
export const PlacementPolicy = z.strictObject({
  /** Tiers that may get slots; `standard` and `archival` when absent. */
  tiers: z.array(ProviderTier).min(1).optional(),
  /** Only these regions. */
  regions: regions.min(1).optional(),
  /** Never these. */
  neverRegions: regions.optional(),
  /** Slots in one region; the protocol's is m. */
  perRegion: z.number().int().min(1).max(SLOTS_MAX).optional(),
  /** Slots whose providers have the same heavy node as parent. */
  perParent: z.number().int().min(1).max(SLOTS_MAX).optional(),
  /** One slot in each IPv4 network of so many leading bits; the protocol's is 24. */
  networkBits4: z.number().int().min(8).max(32).optional(),
  /** The same for IPv6; the protocol's is 48. */
  networkBits6: z.number().int().min(16).max(128).optional(),
  minReputation: share.optional(),
  minUptime: share.optional(),
  minBytesPerSecond: uint(Number.MAX_SAFE_INTEGER).optional(),
  minCapacityBytes: uint(Number.MAX_SAFE_INTEGER).optional(),
  /** Epochs since the heavy node first saw the provider. */
  minAgeEpochs: uint32.optional(),
  /** Slots for providers that are still being vetted. */
  maxNewcomers: uint(SLOTS_MAX).optional(),
  /** Token units per batch and epoch. */
  maxPrice: amount.optional(),
});
export type PlacementPolicy = z.output<typeof PlacementPolicy>;

/** What every heavy node asks of every provider, whatever the creator says. */
export const MINIMUMS = {
  /** Share of the probes that are answered, once there were enough of them. */
  uptime: 0.9,
  /** Of retrieval checks of 64 KiB and more, once there were enough of them. */
  bytesPerSecond: 128 * 1024,
  /** Stored and free together. */
  capacityBytes: 1024 * 1024,
  networkBits4: 24,
  networkBits6: 48,
} as const;
