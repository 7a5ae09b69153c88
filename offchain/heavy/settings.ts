/** A heavy node's settings: parsed once, unknown keys are errors. Durations in milliseconds, shares in basis points. */
import { z } from 'zod';
import { ENDPOINT_CHARACTERS, FEE_BPS_MAX, HOPS_MAX } from '../wire/limits.ts';
import { address, id, uint, uint16 } from '../wire/fields.ts';
import { parseAs } from '../wire/json.ts';

const everyMs = z.number().int().min(20).max(3_600_000);

export const HeavySettings = z.strictObject({
  /** The folder for the database. */
  home: z.string().min(1),
  listen: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(0) }).prefault({}),
  /** Public address that the registry shows; the listening address when absent. */
  endpoint: z.url().max(ENDPOINT_CHARACTERS).optional(),
  region: uint16.default(0),
  /** Where fees are paid; the operator itself when absent. Only used when the node registers. */
  payout: address.optional(),
  /** The footprint's share of each payment in agreements matched here, unless the creator asks for another. */
  feeBps: uint(FEE_BPS_MAX).default(150),
  /** Heavy nodes to ask and to copy name records to; all registered ones (up to a limit) when absent. */
  neighbours: z.array(id).optional(),
  /** How far a match asks beyond the own children when these do not suffice. */
  hops: uint(HOPS_MAX).default(2),
  /** Providers with a known reputation below it get no slots. */
  minReputation: z.number().min(0).max(1).default(0),
  /** Repairs that run at once; each holds a few fragments in memory. */
  repairsAtOnce: z.number().int().min(1).max(16).default(2),
  /** Off: the node matches and keeps names, and leaves epochs, misses and repairs to others. */
  watches: z.boolean().default(true),
  /** Periods between two settlements and payouts of what this node earned; 0: only when asked. */
  paydayPeriods: z.number().int().min(0).max(520).default(4),
  /** Proofs of children that ask for it are sent together, at this node's expense of coin. */
  relaysProofs: z.boolean().default(true),
  loops: z
    .strictObject({ watchMs: everyMs.default(1_000), repairMs: everyMs.default(2_000), renewMs: everyMs.default(5_000), relayMs: everyMs.default(500), namesMs: everyMs.default(2_000), probeMs: everyMs.default(5_000), directoryMs: everyMs.default(1_000) })
    .prefault({}),
});
export type HeavySettings = z.output<typeof HeavySettings>;
/** The same before defaults are filled in. */
export type HeavySettingsInput = z.input<typeof HeavySettings>;

/** @throws BadRequestError naming the keys at fault */
export function parseSettings(input: HeavySettingsInput): HeavySettings {
  return parseAs(HeavySettings, input, 'The configuration of the heavy node');
}
