/** One provider's signed offer for exact terms, checked here: whoever relays an offer is not believed. */
import { isAddressEqual } from 'viem';
import type { Hex } from 'viem';
import type { NodeState } from '../chain/node-state.ts';
import { HoldfastError } from '../wire/errors.ts';
import { requestJson } from '../wire/http-client.ts';
import { ProviderStatus, SignedOffer } from '../wire/messages.ts';
import type { OfferAskMessage } from '../wire/offer-ask.ts';
import { TransportError } from '../wire/transport-errors.ts';
import { recoverTyped } from '../wire/typed-data.ts';
import type { Terms } from '../wire/typed-data.ts';
import type { HeavyContext } from './context.ts';
import { OFFER_MIN_SECONDS, OFFER_TIMEOUT_MS, PROBE_TIMEOUT_MS } from './limits.ts';
import { candidateOf } from './estimates.ts';
import type { Candidate, Refusal, RefusalCode } from './placement/candidate.ts';

/** A candidate with the signature that commits it. */
export interface PricedOffer extends Candidate {
  readonly endpoint: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly signature: Hex;
}

export type OfferOutcome = { readonly offer: PricedOffer } | { readonly refusal: Refusal };

/** What offers are held against. `nowSeconds`: the chain's time, asked once for all that are under way. */
export interface OfferCheck {
  readonly terms: Terms;
  readonly nowSeconds: Promise<number>;
  /** Signed by this node, once for all of them. */
  readonly ask: Promise<OfferAskMessage>;
}

/** Asks a provider for an offer, which is held against `fresh`, its registry entry of now. Whatever goes wrong becomes a refusal with its reason. */
export async function askOffer(context: HeavyContext, node: NodeState, check: OfferCheck, fresh: Promise<NodeState | undefined>): Promise<OfferOutcome> {
  if (node.faulted) return refuse(node.id, 'faulted', 'it missed its last epochs');
  const { signal, book } = context;
  try {
    const url = `${node.endpoint}/offers`;
    const reply = await requestJson(url, { method: 'POST', body: { terms: check.terms, ask: await check.ask }, schema: SignedOffer, timeoutMs: OFFER_TIMEOUT_MS, signal });
    return await checkOffer(context, (await fresh) ?? node, check, reply);
  } catch (error) {
    const isAway = error instanceof TransportError;
    if (isAway) book.failed(node.id);
    else book.declined(node.id);
    return refuse(node.id, isAway ? 'unreachable' : 'declined', sentence(error));
  }
}

/** @throws when the node does not answer in time, or another node answers at its address */
export async function probe(node: NodeState, signal: AbortSignal): Promise<ProviderStatus> {
  const status = await requestJson(`${node.endpoint}/status`, { schema: ProviderStatus, timeoutMs: PROBE_TIMEOUT_MS, signal });
  if (status.id === node.id) return status;
  throw new HoldfastError('WRONG_NODE', `Node ${status.id} answers at the address of node ${node.id}.`, { details: { endpoint: node.endpoint } });
}

/** An offer that came from anywhere, held against the registry and the terms. */
export async function checkOffer(context: HeavyContext, node: NodeState, { terms, nowSeconds }: Pick<OfferCheck, 'terms' | 'nowSeconds'>, reply: SignedOffer): Promise<OfferOutcome> {
  const { provider, price, expiry, signature } = reply;
  if (provider !== node.id) return refuse(node.id, 'bad-offer', `its offer is for node ${provider}`);
  if (node.faulted) return refuse(node.id, 'faulted', 'it missed its last epochs');
  const left = expiry - (await nowSeconds);
  if (left < OFFER_MIN_SECONDS) return refuse(node.id, 'bad-offer', `its offer ends within ${OFFER_MIN_SECONDS} s`);
  const signer = await recoverTyped(context.chain.domain, 'Offer', { terms, provider, price, expiry }, signature).catch(() => undefined);
  if (signer === undefined || !isAddressEqual(signer, node.operator)) {
    return refuse(node.id, 'bad-offer', 'its offer is not signed by its operator for these terms');
  }
  await context.book.resolve({ id: node.id, endpoint: await context.graph.placeOf(node) });
  return { offer: { ...candidateOf(context, node, price), alive: true, endpoint: node.endpoint, expiry, signature } };
}

function refuse(provider: number, code: RefusalCode, reason: string): OfferOutcome {
  return { refusal: { provider, code, reason: reason.slice(0, 500) } };
}

function sentence(error: unknown): string {
  if (error instanceof HoldfastError) return error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
