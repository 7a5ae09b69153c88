import { z } from 'zod';
import { HealthSettings } from '../health/settings.ts';
import { CorsSettings } from '../wire/cors.ts';
import { PeerSettings } from '../provider/peer/settings.ts';
import { ReadPrices } from '../reads/take/open-till.ts';
import { address, amount, id, uint16 } from '../wire/fields.ts';
import { ENDPOINT_CHARACTERS } from '../wire/limits.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** A size that fits a number. */
const bytes = z
  .union([z.number().int().min(0), amount])
  .transform(Number)
  .refine((size) => size <= Number.MAX_SAFE_INTEGER, { message: 'is too large' });

/** How one edge node runs. Unknown keys are errors. Amounts are token units, sizes bytes, both as bigint or decimal string. */
export const EdgeConfig = z.strictObject({
  /** The folder for the database and the fragments. */
  home: z.string().min(1),
  listen: z.strictObject({ host: z.string().default('127.0.0.1'), port: uint16.default(0) }).prefault({}),
  /** The address that others use, as it goes into the registry; the listening address where absent. */
  endpoint: z.string().max(ENDPOINT_CHARACTERS).optional(),
  /** Which web pages may talk to this node; any, unless told otherwise. */
  cors: CorsSettings.prefault({}),
  region: uint16,
  /** The heavy node that this node belongs to; it shares the fee of paid reads. */
  parent: id,
  /** Where earnings go; the operator's own address where absent. */
  payout: address.optional(),
  cache: z
    .strictObject({
      maxBytes: bytes.default(10 * GIB),
      maxEntries: z.number().int().min(1).max(1_000_000).default(100_000),
      /** Larger fragments are left to their providers. */
      maxFragmentBytes: bytes.default(64 * MIB),
    })
    .prefault({}),
  popularity: z
    .strictObject({
      /** A fragment is pulled when it was asked for so often lately. */
      pullFrom: z.number().min(2).max(1_000_000).default(3),
      halfLifeSeconds: z.number().int().min(1).default(3_600),
      pullsAtOnce: z.number().int().min(1).max(32).default(4),
      pullBytesPerHour: bytes.default(16 * GIB),
    })
    .prefault({}),
  /** What readers pay here. */
  reads: ReadPrices.prefault({}),
  /** What this node pays providers for what it pulls. */
  upstream: z
    .strictObject({
      /** 0: only what costs nothing is pulled. */
      maxPricePerGib: amount.default(0n),
      /** What one channel's deposit pays for. */
      depositBytes: bytes.default(GIB),
      /** Deposits in all. */
      maxDeposits: amount.default(10n * 10n ** 18n),
    })
    .prefault({}),
  /** The network of peers (libp2p), where the DHT is told what is kept here. */
  p2p: PeerSettings.pick({ enabled: true, listen: true, announce: true }).prefault({}),
  /** When the node says that something is wrong; health/README.md has the table. */
  health: HealthSettings.prefault({}),
  /** Periods between two paydays: redeeming vouchers. 0: only when asked. */
  paydayPeriods: z.number().int().min(0).max(520).default(4),
});
export type EdgeConfig = z.output<typeof EdgeConfig>;
export type EdgeConfigInput = z.input<typeof EdgeConfig>;
