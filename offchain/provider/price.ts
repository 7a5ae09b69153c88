import { geometry } from '../codec/geometry.ts';
import type { ProviderConfig } from './config.ts';
import { TermsRefusedError } from './errors.ts';

const GIB = 2n ** 30n;
/** contracts/libraries/Sampling.sol: MIN_RENT and MAX_RENT, token units per slot and epoch. */
const RENT_MIN = 2n ** 33n;
const RENT_MAX = 2n ** 61n - 1n;

export interface Scheme {
  readonly k: number;
  readonly m: number;
  readonly batchLog2: number;
  readonly quota: number;
}

/** Fragment bytes of one slot: quota times F. */
export function slotBytes(scheme: Scheme): bigint {
  return BigInt(scheme.quota) * BigInt(geometry(scheme).fragmentSize);
}

/** Token units for one fragment of a batch and one epoch, rounded up. */
export function priceOf(config: Pick<ProviderConfig, 'price'>, scheme: Scheme): bigint {
  if ('perBatchEpoch' in config.price) return config.price.perBatchEpoch;
  const exact = config.price.perGibEpoch * BigInt(geometry(scheme).fragmentSize);
  return (exact + GIB - 1n) / GIB;
}

/** The least that a slot must pay for it to be taken over, likewise. */
export function successionPriceOf(config: ProviderConfig, scheme: Scheme): bigint {
  return (priceOf(config, scheme) * BigInt(config.successionPercent) + 99n) / 100n;
}

/**
 * Price times quota.
 * @throws TermsRefusedError outside of what the contract takes.
 */
export function rentOf(price: bigint, quota: number): bigint {
  const rent = price * BigInt(quota);
  if (rent >= RENT_MIN && rent <= RENT_MAX) return rent;
  const details = { price: String(price), quota, rent: String(rent) };
  if (rent < RENT_MIN) throw new TermsRefusedError(`the rent of ${rent} per epoch is below the protocol's minimum of ${RENT_MIN}`, details);
  throw new TermsRefusedError(`the rent of ${rent} per epoch is above the protocol's maximum of ${RENT_MAX}`, details);
}
