/** More space in an agreement that runs: new offers of the providers in place, for the quota that is added. */
import { isAddressEqual } from 'viem';
import type { Hex } from 'viem';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { creatorNonce } from '../chain/creator-nonce.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { growAgreement } from '../chain/grow-agreement.ts';
import { costOf } from '../chain/open-agreement.ts';
import { readRenewal } from '../chain/pot.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { requireHealthy } from '../chain/require-healthy.ts';
import { HoldfastError } from '../wire/errors.ts';
import { requestJson } from '../wire/http-client.ts';
import { SignedOffer } from '../wire/messages.ts';
import { signOfferAsk } from '../wire/offer-ask.ts';
import type { OfferAskMessage } from '../wire/offer-ask.ts';
import { formatTokens } from '../wire/tokens.ts';
import { recoverTyped } from '../wire/typed-data.ts';
import type { Terms } from '../wire/typed-data.ts';
import { abortable, pause } from './aborting.ts';
import type { Client } from './client.ts';
import { AgreementError, BadMatchError, CostAboveLimitError, InsufficientTokensError, PriceAboveLimitError } from './errors.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import { pickAgreement } from './pick-agreement.ts';

/** An ask is signed anew when less of it is left. */
const LEFT_SECONDS = 60;

export interface GrowOptions {
  readonly agreement: number;
  /** Batches on top of the present quota. */
  readonly quota: number;
  /** Token units per batch and epoch that no provider may exceed. */
  readonly priceLimit: bigint;
  /** Token units for the rest of the term, of all providers together. */
  readonly maxCost?: bigint | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Grown {
  readonly agreement: number;
  /** Batches in all. */
  readonly quota: number;
  /** Token units that were paid. */
  readonly cost: bigint;
  readonly transactionHash: Hex;
}

/** Providers have most of an epoch to prove; until all of them have, the chain waits with the growth. */
const TRIES = 40;
const PAUSE_SHARE = 1 / 20;

/**
 * Asks every provider in place for an offer over `quota` more batches, checks the offers, and pays. While a provider has still to prove the
 * epoch, this waits.
 * @throws AgreementError, RepairOnlyError, PriceAboveLimitError, CostAboveLimitError, InsufficientTokensError, BadMatchError,
 * RemoteError and TransportError of a provider that does not offer, ContractRevertError, RpcUnavailableError, AbortedError
 */
export function grow(client: Client, options: GrowOptions): Promise<Grown> {
  const { agreement, signal } = options;
  return abortable(`Growing agreement ${agreement}`, signal, async () => {
    await requireHealthy(client.chain);
    for (let attempt = 1; ; attempt++) {
      const view = await pickAgreement(client, agreement);
      requireComplete(view);
      if ((await readRenewal(client.chain, agreement)).isLocked) throw new AgreementError('AGREEMENT_LOCKED', `Agreement ${agreement} is locked: it keeps its size and its price.`, 'Rent another.', { agreement });
      try {
        return await growOnce(client, view, options);
      } catch (error) {
        if (!isDrawPending(error) || attempt === TRIES) throw error;
        await pause(client.chain.clock.epochSeconds * 1000 * PAUSE_SHARE, signal);
      }
    }
  });
}

/** What `grow` would cost now, by the offers of the providers in place. The creator signs that he asks; nothing is paid. */
export function growQuote(client: Client, options: Omit<GrowOptions, 'maxCost'>): Promise<{ readonly quota: number; readonly cost: bigint }> {
  const { agreement, signal } = options;
  return abortable(`The quote for agreement ${agreement}`, signal, async () => {
    const view = await pickAgreement(client, agreement);
    requireComplete(view);
    const { cost } = await askOffers(client, view, options);
    return { quota: view.state.quota + options.quota, cost };
  });
}

function requireComplete({ id, state }: AgreementView): void {
  const vacant = state.slots.filter(({ provider }) => provider === 0).map(({ slot }) => slot);
  if (vacant.length === 0) return;
  throw new AgreementError('SLOTS_VACANT', `Agreement ${id} has no provider in ${vacant.length} of its slots (${vacant.join(', ')}).`, 'Wait until its heavy node has repaired them.', { vacant });
}

async function growOnce(client: Client, view: AgreementView, options: GrowOptions): Promise<Grown> {
  const { chain, creator } = client;
  const { maxCost, signal } = options;
  const { terms, offers, epoch, cost } = await askOffers(client, view, options);
  if (maxCost !== undefined && cost > maxCost) throw new CostAboveLimitError({ cost, maxCost });
  const balance = await tokenBalance(chain, creator);
  if (balance < cost) throw new InsufficientTokensError({ balance, need: cost });
  // The chain's clock may be an epoch behind our estimate; it takes what is due and no more.
  const ceiling = cost + costOf(chain.clock, { terms, offers, epoch: epoch - 1 }) - cost;
  signal?.throwIfAborted();
  const { quota, paid, transactionHash } = await growAgreement(chain, { agreement: view.id, terms, offers, maxCost: maxCost === undefined || ceiling < maxCost ? ceiling : maxCost });
  await client.views.refresh(view.id);
  return { agreement: view.id, quota, cost: paid, transactionHash };
}

async function askOffers(client: Client, view: AgreementView, { quota, priceLimit, signal }: GrowOptions): Promise<{ terms: Terms; offers: SignedOffer[]; epoch: number; cost: bigint }> {
  const { chain, creator } = client;
  const { k, m, batchLog2, heavy, feeBps, endPeriod } = view.state;
  const terms: Terms = { creator, nonce: await creatorNonce(chain, creator), heavy, feeBps, k, m, batchLog2, quota, endPeriod };
  const ask = await askOf(client, terms);
  const offers = await Promise.all(view.state.slots.map(({ provider }) => askOffer(client, { terms, ask, provider, priceLimit, signal })));
  const epoch = await currentEpoch(chain);
  return { terms, offers, epoch, cost: costOf(chain.clock, { terms, offers, epoch }) };
}

/** Of the newest terms that this client asked about: a quote and the growth after it are one signature. */
const asks = new WeakMap<Client, { readonly terms: string; readonly ask: OfferAskMessage }>();

async function askOf(client: Client, terms: Terms): Promise<OfferAskMessage> {
  const { chain, signer } = client;
  const nowSeconds = await chain.nowSeconds();
  const known = asks.get(client);
  if (known?.terms === JSON.stringify(terms) && known.ask.expiry > nowSeconds + LEFT_SECONDS) return known.ask;
  const ask = await signOfferAsk(signer, chain.domain, { terms, nowSeconds });
  asks.set(client, { terms: JSON.stringify(terms), ask });
  return ask;
}

async function askOffer({ chain }: Client, question: { terms: Terms; ask: OfferAskMessage; provider: number; priceLimit: bigint; signal: AbortSignal | undefined }): Promise<SignedOffer> {
  const { terms, ask, provider, priceLimit, signal } = question;
  const { endpoint, operator } = await readNode(chain, provider);
  const offer = await requestJson(`${endpoint.replace(/\/$/, '')}/offers`, { method: 'POST', body: { terms, ask }, schema: SignedOffer, signal });
  const { price, expiry, signature } = offer;
  const signer = await recoverTyped(chain.domain, 'Offer', { terms, provider, price, expiry }, signature);
  if (offer.provider !== provider || !isAddressEqual(signer, operator)) throw new BadMatchError(`the offer of provider ${provider} was not signed by its operator`, { signer });
  if (price <= priceLimit) return offer;
  throw new PriceAboveLimitError(`Provider ${provider} asks ${formatTokens(price)} per batch and epoch; the limit is ${formatTokens(priceLimit)}.`, { provider, price: String(price) });
}

/** Also when the epoch's draw was opened between the look at the chain and the transaction's block. */
function isDrawPending(error: unknown): boolean {
  return error instanceof HoldfastError && (error.code === 'TRANSACTION_REVERTED' || (error instanceof ContractRevertError && error.errorName === 'DrawPending'));
}
