/** What a provider's plan costs, binds and may earn, by the same integers as the contracts use. Pure. All amounts are token units. */
import type { NetworkParameters } from '../../../chain/devnet-parameters.ts';

const GIB = 1n << 30n;
const BPS = 10_000n;
/** Hundredths of a percent of the rent that heavy nodes usually take. */
export const USUAL_FEE_BPS = 150;
const YEAR_SECONDS = 31_557_600n;

export interface ProviderPlan {
  readonly capacityBytes: bigint;
  /** For a GiB of fragments and an epoch. */
  readonly perGibEpoch: bigint;
  readonly stake: bigint;
}

export interface PlanOutcome {
  /** Rent of one epoch when all of the capacity is rented: before and after fees. */
  readonly fullRent: bigint;
  readonly fullPay: bigint;
  /** After fees, in about a month and a year, when everything is rented and proven. */
  readonly monthPay: bigint;
  readonly yearPay: bigint;
  /** What the whole capacity needs behind it. */
  readonly neededStake: bigint;
  /** How many bytes the given stake covers, at most the capacity. */
  readonly coveredBytes: bigint;
  /** What losing every slot for cause would cost, with everything rented that the stake covers. */
  readonly slashAtMost: bigint;
}

export function outcomeOf(plan: ProviderPlan, rules: Pick<NetworkParameters, 'epochSeconds' | 'stakeEpochs'> & { readonly slashEpochs: number; readonly feeBps?: number }): PlanOutcome {
  const { capacityBytes, perGibEpoch, stake } = plan;
  const { epochSeconds, stakeEpochs, slashEpochs, feeBps = USUAL_FEE_BPS } = rules;
  const fullRent = (capacityBytes * perGibEpoch) / GIB;
  const fullPay = fullRent - (fullRent * BigInt(feeBps)) / BPS;
  const yearPay = (fullPay * YEAR_SECONDS) / BigInt(epochSeconds);
  const neededStake = fullRent * BigInt(stakeEpochs);
  const coveredRent = stake / BigInt(stakeEpochs);
  const covered = perGibEpoch === 0n ? capacityBytes : (coveredRent * GIB) / perGibEpoch;
  const coveredBytes = covered < capacityBytes ? covered : capacityBytes;
  const rentThen = coveredRent < fullRent ? coveredRent : fullRent;
  const slash = rentThen * BigInt(slashEpochs);
  return { fullRent, fullPay, monthPay: yearPay / 12n, yearPay, neededStake, coveredBytes, slashAtMost: slash < stake ? slash : stake };
}

/** An address that others can reach it at; one sentence about what is wrong with it. An empty one is the node's own choice. */
export function endpointProblem(text: string, options: { readonly isDevnet: boolean; readonly maxCharacters: number }): string | undefined {
  const endpoint = text.trim();
  if (endpoint === '') return undefined;
  if (endpoint.length > options.maxCharacters) return `The endpoint is longer than ${options.maxCharacters} characters.`;
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'The endpoint must be an address such as https://provider.example:8443.';
  if (url.username !== '' || url.search !== '' || url.hash !== '') return 'The endpoint must not have a user, a question mark or a hash sign: others add paths to it.';
  const isLocal = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\])/.test(url.hostname);
  return isLocal && !options.isDevnet ? 'That address leads to a private network: nobody else could reach the provider there.' : undefined;
}

/** What `holdfast provider start` reads: the part of config.json that the form decides. Amounts as text: JSON has no bigint. */
export function configOf(plan: ProviderPlan & { readonly tier: string; readonly region: number; readonly parent: number; readonly endpoint: string; readonly payout?: string | undefined }): string {
  const { capacityBytes, perGibEpoch, stake, tier, region, parent, endpoint, payout } = plan;
  const provider = {
    tier, region, parent,
    ...(endpoint.trim() === '' ? {} : { endpoint: endpoint.trim() }),
    ...(payout === undefined ? {} : { payout }),
    stake: String(stake),
    capacityBytes: String(capacityBytes),
    price: { perGibEpoch: String(perGibEpoch) },
  };
  return JSON.stringify({ provider }, null, 2);
}

const UNITS = [['TiB', 40n], ['GiB', 30n], ['MiB', 20n], ['KiB', 10n]] as const;

/** "100 GiB" as it is typed: in the largest unit that is exact. */
export function exactBytes(bytes: bigint): string {
  const [name, bits] = UNITS.find(([, shift]) => bytes > 0n && bytes % (1n << shift) === 0n) ?? ['B', 0n];
  return `${bytes >> bits} ${name}`;
}

/** Regions are numbers of 16 bits. */
export const REGION_MAX = 65_535;
