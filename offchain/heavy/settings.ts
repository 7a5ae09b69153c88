/** A heavy node's settings: parsed once, unknown keys are errors. Durations in milliseconds, shares in basis points. */
import { z } from 'zod';
import { HealthSettings } from '../health/settings.ts';
import { IndexerSettings } from '../indexer/settings.ts';
import { CorsSettings } from '../wire/cors.ts';
import { ENDPOINT_CHARACTERS, FEE_BPS_MAX, HOPS_MAX } from '../wire/limits.ts';
import { address, amount, id, uint, uint16 } from '../wire/fields.ts';
import { parseAs } from '../wire/json.ts';
import { ContentSettings } from './contents/settings.ts';
import { GraphSettings } from './graph/settings.ts';
import { JobSettings } from './jobs/settings.ts';
import { VETTING } from './placement/vetting.ts';
import { MailboxSettings } from './mailbox/settings.ts';
import { RecordSettings } from './records/settings.ts';
import { EXCLUDED_BELOW } from './reputation/score.ts';

const MIB = 2 ** 20;

const everyMs = z.number().int().min(20).max(3_600_000);

export const HeavySettings = z.strictObject({
  /** The folder for the database. */
  home: z.string().min(1),
  listen: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(0) }).prefault({}),
  /** Public address that the registry shows; the listening address when absent. */
  endpoint: z.url().max(ENDPOINT_CHARACTERS).optional(),
  /** Which web pages may talk to this node; any, unless told otherwise. */
  cors: CorsSettings.prefault({}),
  region: uint16.default(0),
  /** Where fees are paid; the operator itself when absent. Only used when the node registers. */
  payout: address.optional(),
  /** The footprint's share of each payment in agreements matched here, unless the creator asks for another. */
  feeBps: uint(FEE_BPS_MAX).default(150),
  /** Heavy nodes to ask and to copy name records to; all registered ones (up to a limit) when absent. */
  neighbours: z.array(id).optional(),
  /** How far a match asks beyond the own children when these do not suffice. */
  hops: uint(HOPS_MAX).default(2),
  /** Providers with a reputation below it get no slots. Nobody falls below it without having been warned: see `reputation/`. */
  minReputation: z.number().min(0).max(1).default(EXCLUDED_BELOW),
  /** What else a provider must be to get a slot. The protocol's minimums (wire/placement.ts) count where these are lower. */
  placement: z
    .strictObject({
      /** Whether several nodes may share this machine's own address; by default only on a development chain. */
      exemptLoopback: z.boolean().optional(),
      minUptime: z.number().min(0).max(1).default(0),
      minBytesPerSecond: z.number().int().min(0).default(0),
      minCapacityBytes: z.number().int().min(0).default(0),
      /** What a newcomer may hold, and how that grows. */
      vetting: z
        .strictObject({
          firstBytes: z.number().int().min(0).default(VETTING.firstBytes),
          doublesEvery: z.number().int().min(1).default(VETTING.doublesEvery),
          graduatesAt: z.number().int().min(0).default(VETTING.graduatesAt),
        })
        .prefault({}),
    })
    .prefault({}),
  /** Off-chain audits and retrieval checks of the own agreements' slots, spread over each epoch. */
  audits: z
    .strictObject({
      /** Random leaves of every slot in every epoch; 0: none. */
      leavesPerSlot: z.number().int().min(0).max(64).default(2),
      /** For leaves, and for retrieval checks: a larger network is audited in turns. */
      bytesPerEpoch: z.number().int().min(0).default(64 * MIB),
      readBytesPerEpoch: z.number().int().min(0).default(64 * MIB),
      /** A failed audit becomes a challenge on the chain: how many in one period, and how many token units of bonds. 0: none. */
      challengesPerPeriod: z.number().int().min(0).max(1_000).default(0),
      challengeBudget: amount.default(0n),
    })
    .prefault({}),
  /** Repairs that run at once; each holds a few fragments in memory. */
  repairsAtOnce: z.number().int().min(1).max(16).default(2),
  /** Epochs for which a slot of a guarded agreement stays lost before its first guardian repairs it; the second waits twice as long. */
  guardEpochs: z.number().int().min(1).max(1_000).default(6),
  /** Bytes that repairs read in a second, all together: the rest of the providers' lines is left to readers. */
  repairBytesPerSecond: z.number().int().min(65_536).default(64 * MIB),
  /** Off: the node matches and keeps names, and leaves epochs, misses and repairs to others. */
  watches: z.boolean().default(true),
  /** Periods between two settlements and payouts of what this node earned; 0: only when asked. */
  paydayPeriods: z.number().int().min(0).max(520).default(4),
  /** Proofs of children that ask for it are sent together, at this node's expense of coin. */
  relaysProofs: z.boolean().default(true),
  /** Nodes that give CPU to repairs and audits, and what they are paid. */
  workers: JobSettings.prefault({}),
  /** The register of public contents: `contents/README.md`. */
  contents: ContentSettings.prefault({}),
  /** Public names: `records/README.md`. */
  records: RecordSettings.prefault({}),
  /** Letters: `mailbox/README.md`. */
  mailbox: MailboxSettings.prefault({}),
  /** When the node says that something is wrong; health/README.md has the table. */
  health: HealthSettings.prefault({}),
  /** Follows the chain's events and answers queries about them: indexer/README.md. */
  indexer: IndexerSettings.prefault({}),
  /** The graph of peers (libp2p). */
  p2p: GraphSettings.prefault({}),
  loops: z
    .strictObject({ watchMs: everyMs.default(1_000), auditMs: everyMs.default(1_000), repairMs: everyMs.default(2_000), renewMs: everyMs.default(5_000), relayMs: everyMs.default(500), namesMs: everyMs.default(2_000), probeMs: everyMs.default(5_000), directoryMs: everyMs.default(1_000) })
    .prefault({}),
});
export type HeavySettings = z.output<typeof HeavySettings>;
/** The same before defaults are filled in. */
export type HeavySettingsInput = z.input<typeof HeavySettings>;

/** @throws BadRequestError naming the keys at fault */
export function parseSettings(input: HeavySettingsInput): HeavySettings {
  return parseAs(HeavySettings, input, 'The configuration of the heavy node');
}
