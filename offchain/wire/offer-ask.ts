/** Who asks for offers. Signed once for all providers that are asked: what each of them reserves for it is bounded there. */
import { isAddressEqual } from 'viem';
import type { TypedDataDomain } from 'viem';
import { z } from 'zod';
import { address, seconds, signature } from './fields.ts';
import { UnauthorizedError } from './http-errors.ts';
import { CLOCK_SKEW_SECONDS, OFFER_ASK_SECONDS_MAX } from './limits.ts';
import { recoverTyped, signTyped, signerAddress } from './typed-data.ts';
import type { Signer, Terms } from './typed-data.ts';

/** How long an ask of our own lasts. */
export const OFFER_ASK_SECONDS = 300;

/** `expiry`: Unix seconds. */
export const OfferAskMessage = z.object({ asker: address, expiry: seconds, signature });
export type OfferAskMessage = z.infer<typeof OfferAskMessage>;

/** @param ask.nowSeconds the chain's time */
export async function signOfferAsk(signer: Signer, domain: TypedDataDomain, ask: { readonly terms: Terms; readonly nowSeconds: number }): Promise<OfferAskMessage> {
  const expiry = Math.floor(ask.nowSeconds) + OFFER_ASK_SECONDS;
  return { asker: signerAddress(signer), expiry, signature: await signTyped(signer, domain, 'OfferAsk', { terms: ask.terms, expiry }) };
}

/** @throws UnauthorizedError: ASK_UNSIGNED, ASK_EXPIRED, ASK_TOO_LONG, BAD_ASK_SIGNATURE */
export async function verifyOfferAsk(domain: TypedDataDomain, request: { readonly terms: Terms; readonly ask: OfferAskMessage | undefined; readonly nowSeconds: number }): Promise<OfferAskMessage> {
  const { terms, ask, nowSeconds } = request;
  if (ask === undefined) throw new UnauthorizedError('Nobody has signed this request for an offer.', { code: 'ASK_UNSIGNED', nextStep: 'Send "ask": {asker, expiry, signature} with the terms; a heavy node does that for whoever asks it for a match.' });
  if (ask.expiry < nowSeconds) throw new UnauthorizedError('The request for an offer has expired.', { code: 'ASK_EXPIRED', retryable: true, nextStep: 'Sign a new one.' });
  if (ask.expiry > nowSeconds + OFFER_ASK_SECONDS_MAX + CLOCK_SKEW_SECONDS) throw new UnauthorizedError(`A request for an offer lives no longer than ${OFFER_ASK_SECONDS_MAX} seconds.`, { code: 'ASK_TOO_LONG', details: { maxSeconds: OFFER_ASK_SECONDS_MAX } });
  const signer = await recoverTyped(domain, 'OfferAsk', { terms, expiry: ask.expiry }, ask.signature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, ask.asker)) throw new UnauthorizedError(`${ask.asker} did not sign this request for this market.`, { code: 'BAD_ASK_SIGNATURE' });
  return ask;
}
