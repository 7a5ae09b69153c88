import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { ProviderConfig } from '../provider/config.ts';
import { HoldfastError } from '../wire/errors.ts';
import { amount, id, uint16 } from '../wire/fields.ts';
import { BATCH_LOG2_MAX, SLOTS_MAX } from '../wire/limits.ts';

/** Equal prices are what makes equal bytes equal money, so this default is part of the mode. Token units per GiB of fragments and epoch. */
export const PRICE_PER_GIB_EPOCH = 10n ** 15n;

const scheme = z.string().regex(/^[1-9][0-9]?\+[1-9][0-9]?$/, 'must be data+parity slots such as 10+6').transform((text) => {
  const [k = 0, m = 0] = text.split('+').map(Number);
  return { k, m };
}).refine(({ k, m }) => k + m <= SLOTS_MAX, { message: `must have at most ${SLOTS_MAX} slots` });

/** How one reciprocal node runs. Unknown keys are errors. Amounts are token units, sizes bytes, both as bigint or decimal string. */
export const ReciprocalConfig = z.strictObject({
  /** What is stored: each folder under its own name. */
  folders: z.array(z.string().min(1)).min(1).max(64),
  /** The part of the disk that this mode is about. */
  diskBytes: amount,
  /** The share of it that is given to the network; the node stores at most as much in the network. */
  givePercent: z.number().int().min(1).max(99).default(50),
  /** The heavy node that the provider belongs to; the registry's first that answers where absent. */
  parent: id.optional(),
  /** Where it stands; made of the operator's address where absent. */
  region: uint16.optional(),
  /** A scheme for networks that have a provider for each of its slots; until then, and where absent, full copies: 1+2. */
  scheme: scheme.optional(),
  /** What the given space costs others, and the most that this node pays for theirs. Token units per GiB and epoch. */
  pricePerGibEpoch: amount.default(PRICE_PER_GIB_EPOCH),
  /** Stake behind the given space; enough for all of it where absent. */
  stake: amount.optional(),
  /** Whole periods that stay paid ahead. */
  periodsAhead: z.number().int().min(2).max(100).default(4),
  /** Batches of 2^batchLog2 bytes; by the size of the folders where absent. */
  batchLog2: z.number().int().min(16).max(BATCH_LOG2_MAX).optional(),
  /** Pause between two looks at the folders and at the network. */
  scanSeconds: z.number().min(0.1).max(86_400).default(300),
  /** Pause between two readings of the own copies. */
  verifySeconds: z.number().int().min(1).max(31_536_000).default(86_400),
  /** Everything else of the provider; `../provider/config.ts` documents the keys. */
  provider: z.strictObject(ProviderConfig.omit({ home: true, region: true, parent: true, payout: true, stake: true, capacityBytes: true, price: true, ownerTariff: true, paydayPeriods: true }).shape).prefault({}),
});
export type ReciprocalConfig = z.output<typeof ReciprocalConfig>;
export type ReciprocalConfigInput = z.input<typeof ReciprocalConfig>;

export function giveBytesOf({ diskBytes, givePercent }: Pick<ReciprocalConfig, 'diskBytes' | 'givePercent'>): bigint {
  return (diskBytes * BigInt(givePercent)) / 100n;
}

export interface NamedFolder {
  readonly name: string;
  readonly folder: string;
}

/** Each folder is stored under its last part. @throws HoldfastError SAME_FOLDER_NAME */
export function namedFolders({ folders }: Pick<ReciprocalConfig, 'folders'>): NamedFolder[] {
  const named = folders.map((path) => ({ name: basename(resolve(path)), folder: resolve(path) }));
  const seen = new Map<string, string>();
  for (const { name, folder } of named) {
    const earlier = seen.get(name);
    if (earlier !== undefined || name === '') {
      throw new HoldfastError('SAME_FOLDER_NAME', `${folder} cannot be stored as ${JSON.stringify(name)}${earlier === undefined ? '' : `, for ${earlier} is`}.`, { nextStep: 'Name folders whose last parts differ.' });
    }
    seen.set(name, folder);
  }
  return named;
}
