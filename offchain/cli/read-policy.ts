import { z } from 'zod';
import { DEFAULT_READ_POLICY } from '../reads/pay/policy.ts';
import type { ReadPolicy } from '../reads/pay/policy.ts';
import { amount, id } from '../wire/fields.ts';
import { parseAmount } from './units.ts';

/** The section `reads` of config.json. Amounts are token units, as decimal strings. */
export const ReadPolicyConfig = z.strictObject({
  /** The highest price per GiB that is paid; whoever asks for more is passed over. 0: nothing is paid. */
  maxPricePerGib: amount.default(DEFAULT_READ_POLICY.maxPricePerGib),
  /** How many GiB a new channel's deposit pays for. */
  depositGib: z.number().positive().max(1_048_576).default(1),
  /** Deposits in all, of one run of the program. */
  maxDeposits: amount.default(DEFAULT_READ_POLICY.maxDeposits),
  /** Whether channels are opened and topped up without asking. */
  opensChannels: z.boolean().default(DEFAULT_READ_POLICY.opensChannels),
  /** A sponsor's pool for which this wallet signs, instead of channels of its own. */
  pool: amount.optional(),
  /** Edge nodes to ask before providers: "none", "registry" (all), "network" (all, and first those that hold the batch as the DHT has it), or their numbers. */
  edges: z.union([z.enum(['none', 'registry', 'network']), z.array(id).max(64)]).default('none'),
  /** Whether edges are asked for others' agreements only (public and shared content), or for all. */
  edgesFor: z.enum(['others', 'all']).default(DEFAULT_READ_POLICY.edgesFor),
});
export type ReadPolicyConfig = z.output<typeof ReadPolicyConfig>;

/** `maxPricePerGib` in tokens wins over the configuration. @throws UsageError */
export function readPolicy({ depositGib, ...rest }: ReadPolicyConfig, maxPricePerGib?: string): ReadPolicy {
  const policy = { ...rest, depositBytes: Math.round(depositGib * 2 ** 30) };
  return maxPricePerGib === undefined ? policy : { ...policy, maxPricePerGib: parseAmount(maxPricePerGib) };
}
