import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { ForbiddenError } from '../wire/http-errors.ts';
import type { TermsMessage } from '../wire/messages.ts';
import { verifyOfferAsk } from '../wire/offer-ask.ts';
import type { OfferAskMessage } from '../wire/offer-ask.ts';
import type { Provider } from './context.ts';

export interface Asker {
  readonly address: Address;
  /** It runs the heavy node that this provider belongs to. */
  readonly isParent: boolean;
  readonly isHeavy: boolean;
}

/**
 * Offers are for heavy nodes, which ask in anybody's name, and for creators in their own.
 * @throws UnauthorizedError; ForbiddenError ASKER_UNKNOWN
 */
export async function requireAsker(provider: Provider, request: { readonly terms: TermsMessage; readonly ask: OfferAskMessage | undefined; readonly nowSeconds: number }): Promise<Asker> {
  const { agreements, config, domain } = provider;
  const { asker: address } = await verifyOfferAsk(domain, request);
  const isHeavy = await agreements.isHeavy(address);
  if (!isHeavy && !isAddressEqual(address, request.terms.creator)) {
    throw new ForbiddenError(`${address} is neither the creator of these terms nor a registered heavy node.`, { code: 'ASKER_UNKNOWN', nextStep: 'Ask a heavy node for a match, or sign with the key of the creator.' });
  }
  return { address, isHeavy, isParent: isHeavy && isAddressEqual(address, await agreements.operatorOf(config.parent)) };
}
