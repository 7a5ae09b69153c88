/** What a provider asks for space, and how much it promises: its node tells everybody, and its owner changes both by a signature. No contract knows them. */
import type { Address, TypedDataDomain } from 'viem';
import { z } from 'zod';
import { amount, id, seconds, signature } from './fields.ts';
import { UnauthorizedError } from './http-errors.ts';
import { CLOCK_SKEW_SECONDS, TARIFF_SECONDS_MAX } from './limits.ts';
import { AskPrice } from './messages.ts';
import { recoverTyped, signTyped } from './typed-data.ts';
import type { Signer, Tariff } from './typed-data.ts';

/** Rents have 61 bits, so no offer above this is ever taken; below a MiB no fragment fits. */
const PRICE_MAX = 2n ** 61n - 1n;
export const CAPACITY_MIN_BYTES = 2n ** 20n;
const CAPACITY_MAX_BYTES = 2n ** 53n - 1n;
/** How long a tariff of our own is on its way at most. */
const TARIFF_SECONDS = 300;

/** GET /tariff, and the answer to a change. `setBy`: the node's configuration, or its owner's signature; `sequence`: of the newest signed one, 0: none. */
export const TariffReply = z.object({ provider: id, price: AskPrice, capacityBytes: amount, promisedBytes: amount, freeBytes: amount, setBy: z.enum(['config', 'owner']), sequence: seconds, canChange: z.boolean() });
export type TariffReply = z.infer<typeof TariffReply>;

/** POST /tariff. */
export const TariffMessage = z.strictObject({
  provider: id,
  perGibEpoch: amount.refine((units) => units >= 1n && units <= PRICE_MAX, { message: 'must be 1 to 2^61 - 1' }),
  capacityBytes: amount.refine((bytes) => bytes >= CAPACITY_MIN_BYTES && bytes <= CAPACITY_MAX_BYTES, { message: 'must be 1 MiB to 8 PiB' }),
  sequence: seconds,
  expiry: seconds,
  signature,
});
export type TariffMessage = z.infer<typeof TariffMessage>;

/**
 * @param wish.after the newest sequence that the node has taken
 * @param wish.nowSeconds the chain's time
 */
export async function signTariff(signer: Signer, domain: TypedDataDomain, wish: Pick<Tariff, 'provider' | 'perGibEpoch' | 'capacityBytes'> & { readonly after: number; readonly nowSeconds: number }): Promise<TariffMessage> {
  const { provider, perGibEpoch, capacityBytes, after, nowSeconds } = wish;
  const tariff: Tariff = { provider, perGibEpoch, capacityBytes, sequence: Math.max(Date.now(), after + 1), expiry: Math.floor(nowSeconds) + TARIFF_SECONDS };
  return { ...tariff, signature: await signTyped(signer, domain, 'Tariff', tariff) };
}

/**
 * Who signed it.
 * @throws UnauthorizedError TARIFF_EXPIRED, TARIFF_TOO_LONG, BAD_TARIFF_SIGNATURE
 */
export async function tariffSigner(domain: TypedDataDomain, message: TariffMessage, nowSeconds: number): Promise<Address> {
  const { signature: signed, ...tariff } = message;
  if (tariff.expiry < nowSeconds) throw new UnauthorizedError('The signed tariff has expired.', { code: 'TARIFF_EXPIRED', retryable: true, nextStep: 'Sign it again.' });
  if (tariff.expiry > nowSeconds + TARIFF_SECONDS_MAX + CLOCK_SKEW_SECONDS) throw new UnauthorizedError(`A tariff is signed for no longer than ${TARIFF_SECONDS_MAX} seconds.`, { code: 'TARIFF_TOO_LONG', details: { maxSeconds: TARIFF_SECONDS_MAX } });
  try {
    return await recoverTyped(domain, 'Tariff', tariff, signed);
  } catch (cause) {
    throw new UnauthorizedError('The signature of the tariff belongs to nobody.', { code: 'BAD_TARIFF_SIGNATURE', cause });
  }
}
