import { z } from 'zod';
import { HealthSettings } from '../health/settings.ts';
import { CorsSettings } from '../wire/cors.ts';
import { address, amount, id, uint16 } from '../wire/fields.ts';
import { ENDPOINT_CHARACTERS, SUCCESSION_PERCENT } from '../wire/limits.ts';
import { BucketSettings } from '../store/bucket/settings.ts';
import { PeerSettings } from './peer/settings.ts';
import { WorkerSettings } from '../worker/config.ts';
import { ReadPrices } from '../reads/take/open-till.ts';

const MIB = 1024n * 1024n;

/** Token units for one epoch: per GiB of fragments, or per batch whatever its size. */
const Price = z.union([z.strictObject({ perGibEpoch: amount }), z.strictObject({ perBatchEpoch: amount })]);

/** Where whole fragments rest. */
const FragmentStore = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('files') }),
  z.strictObject({
    kind: z.literal('s3'),
    ...BucketSettings.shape,
    /** Uploads pass through this machine's disk: at most so many bytes at once. */
    spoolBytes: z.number().int().min(Number(MIB)).default(4096 * Number(MIB)),
  }),
]);

/**
 * How one provider runs. Unknown keys are errors. Amounts are token units, sizes bytes, both as bigint or decimal string.
 */
export const ProviderConfig = z.strictObject({
  /** The folder for the database and the fragments. Fragments and uploads must lie on one file system. */
  home: z.string().min(1),
  /** Files in `home`, or objects in an S3 bucket; the database, and uploads under way, are in `home` in both cases. */
  store: FragmentStore.default({ kind: 'files' }),
  /** Where the HTTP service listens; port 0 takes any free one. */
  listen: z.strictObject({ host: z.string().default('127.0.0.1'), port: uint16.default(0) }).prefault({}),
  /** The address that others use, as it goes into the registry; the listening address where absent. */
  endpoint: z.string().max(ENDPOINT_CHARACTERS).optional(),
  /** Which web pages may talk to this node; any, unless told otherwise. */
  cors: CorsSettings.prefault({}),
  tier: z.enum(['standard', 'archival', 'edge']).default('standard'),
  region: uint16,
  /** The heavy node that this provider belongs to. */
  parent: id,
  /** Where earnings and returned stake go; the operator's own address where absent. */
  payout: address.optional(),
  /** Stake to stand behind the promises; missing stake is added at start. */
  stake: amount,
  /** Fragment bytes that may be promised in all. Trees beside the fragments take 0.4 % more. */
  capacityBytes: amount.refine((bytes) => bytes >= MIB, { message: 'must be at least 1 MiB' }),
  price: Price,
  /** Whether operator and payout address may change price and capacity by a signature, from a web page say; then that counts until this file says something new. */
  ownerTariff: z.boolean().default(true),
  /** Lost slots of others are taken over down to this part of the price: their rent was fixed long ago, and 15 % of what was slashed comes with them. */
  successionPercent: z.number().int().min(1).max(100).default(SUCCESSION_PERCENT),
  /** What reads of fragments cost, beyond what is free. */
  reads: ReadPrices.prefault({}),
  /** Periods between two paydays: settling, withdrawing, claiming rewards, redeeming vouchers. 0: only when asked. */
  paydayPeriods: z.number().int().min(0).max(520).default(4),
  /** Lets the parent send this provider's proofs together with others', at the parent's expense; sent by oneself whenever that fails. */
  relay: z.boolean().default(false),
  /** How long a slot with damaged fragments is kept for a new upload of them, before it is surrendered. */
  surrenderEpochs: z.number().int().min(0).default(6),
  /** How long an offer, and the space reserved for it, lasts. */
  offerSeconds: z.number().int().min(10).max(86_400).default(300),
  /** How long bytes are kept after their agreement ended or their slot went to another provider; never shorter than the market's `graceEpochs`. */
  graceEpochs: z.number().int().min(0).default(0),
  /** How long fragments and receipts without a commit are kept. */
  pendingSeconds: z.number().int().min(60).default(86_400),
  /** Bytes of the disk that uploads leave free, for the database: below it nothing new is taken. */
  reserveBytes: amount.default(64n * MIB),
  /** Pause between two attempts to write while the disk is full or fails. */
  probeMs: z.number().int().min(100).max(3_600_000).default(5_000),
  /** Start although every stored fragment is gone, or hundreds lie there that the database does not know: they are removed. Without it that counts as a disk that is not mounted, or as a database that was lost. */
  acceptLoss: z.boolean().default(false),
  /** What broken connections left of uploads, kept for their resume. */
  partials: z
    .strictObject({
      maxBytes: z.number().int().min(0).default(1024 * Number(MIB)),
      maxAgeSeconds: z.number().int().min(0).default(86_400),
    })
    .prefault({}),
  /** The reading of everything that is stored, in the background. */
  scrub: z
    .strictObject({
      /** An eighth of it while others read. 8 MiB/s are 10 TiB in 15 days. */
      bytesPerSecond: z.number().int().min(65_536).default(8 * Number(MIB)),
      /** From the end of a pass to the begin of the next. */
      pauseSeconds: z.number().int().min(0).default(21_600),
    })
    .prefault({}),
  /** CPU for the parent's repairs and audits, and a command of the owner's for the rest of it; worker/README.md. Nothing is given where absent. */
  worker: z.strictObject(WorkerSettings.shape).optional(),
  /** The graph of peers (libp2p): the parent, its relay, another parent when it dies. */
  p2p: PeerSettings.prefault({}),
  /** When the node says that something is wrong; health/README.md has the table. */
  health: HealthSettings.prefault({}),
  /** Pause between two looks at the chain; a fortieth of an epoch where absent, at most 15 s. */
  tickMs: z.number().int().min(20).max(60_000).optional(),
});
export type ProviderConfig = z.output<typeof ProviderConfig>;
export type ProviderConfigInput = z.input<typeof ProviderConfig>;
