import { epochAt, periodOf } from '../chain/epoch.ts';
import { requireHealthy } from '../chain/require-healthy.ts';
import { PERIODS_MAX, SLOTS_MAX } from '../wire/limits.ts';
import type { OfferRequest, SignedOffer, TermsMessage } from '../wire/messages.ts';
import { QUOTE_NONCE, signTyped } from '../wire/typed-data.ts';
import { requireAsker } from './asker.ts';
import type { Provider } from './context.ts';
import { TermsRefusedError } from './errors.ts';
import { requireStaying } from './leaving.ts';
import { priceOf, rentOf, slotBytes, successionPriceOf } from './price.ts';
import { reserve } from './reserve.ts';
import { withSpace } from './space.ts';
import { requireStake } from './stake.ts';

/**
 * Signs an offer for these terms and reserves its space until it expires; who asks, and for whom, bounds how much (reserve.ts). A quote reserves nothing.
 * @throws ReadOnlyError, TermsRefusedError, StakeShortError, NoSpaceError; RepairOnlyError while the chain takes no new agreements; UnauthorizedError, ForbiddenError, AskLimitError
 */
export async function postOffer(provider: Provider, { terms, ask }: OfferRequest): Promise<SignedOffer> {
  const { store, config, chain, id } = provider;
  await provider.disk.requireWritable();
  const nowSeconds = Math.floor(await chain.nowSeconds());
  checkTerms(terms, periodOf(chain.clock, epochAt(chain.clock, nowSeconds)));
  await requireStaying(store);
  // A quote opens nothing: repairs, which find successors with it, go on.
  const isQuote = terms.nonce === QUOTE_NONCE;
  const asker = isQuote ? undefined : await requireAsker(provider, { terms, ask, nowSeconds });
  if (!isQuote) await requireHealthy(chain);
  const price = isQuote ? successionPriceOf(config, terms) : priceOf(config, terms);
  await requireStake(provider, rentOf(price, terms.quota));
  const expiry = nowSeconds + config.offerSeconds;
  if (asker === undefined) await withSpace({ store, files: provider.files, capacityBytes: config.capacityBytes, nowSeconds, needBytes: slotBytes(terms) }, () => Promise.resolve());
  else await reserve(provider, { terms, asker, price, expiry, nowSeconds });
  const signature = await signTyped(provider.account, provider.domain, 'Offer', { terms, provider: id, price, expiry });
  provider.log.info('offer.signed', { creator: terms.creator, nonce: terms.nonce, price, quota: terms.quota, endPeriod: terms.endPeriod, asker: asker?.address });
  return { provider: id, price, expiry, signature };
}

function checkTerms(terms: TermsMessage, period: number): void {
  const { k, m, endPeriod } = terms;
  if (k + m > SLOTS_MAX) throw new TermsRefusedError(`an agreement has at most ${SLOTS_MAX} slots, and ${k}+${m} are more`, { k, m });
  if (endPeriod <= period) throw new TermsRefusedError(`the term ends with period ${endPeriod}, and now is period ${period}`, { endPeriod, period });
  if (endPeriod > period + PERIODS_MAX) throw new TermsRefusedError(`the term is longer than ${PERIODS_MAX} periods`, { endPeriod, period });
}
