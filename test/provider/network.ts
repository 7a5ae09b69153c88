import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, parseEther } from 'viem';
import type { Hex } from 'viem';
import { geometry } from '../../offchain/codec/geometry.ts';
import type { Geometry } from '../../offchain/codec/types.ts';
import { approveTokens } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { commitBundle } from '../../offchain/chain/commit-bundle.ts';
import { creatorNonce } from '../../offchain/chain/creator-nonce.ts';
import { currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { openAgreement } from '../../offchain/chain/open-agreement.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import { startProvider } from '../../offchain/provider/service.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import type { ProviderConfigInput } from '../../offchain/provider/config.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { putBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { FragmentStored, ReceiptReply, SignedOffer } from '../../offchain/wire/messages.ts';
import type { BatchDescription, TermsMessage } from '../../offchain/wire/messages.ts';
import { signOfferAsk } from '../../offchain/wire/offer-ask.ts';
import { sessionHeader } from '../../offchain/wire/session.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import { addressOf } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { pattern } from './support.ts';

export const HEAVY = 1;
const HEAVY_ACCOUNT = 1;
const FIRST_PROVIDER_ACCOUNT = 2;
const CREATOR_ACCOUNT = 10;

export interface TestProvider extends RunningProvider {
  readonly home: string;
  readonly lines: string[];
}

/** The heavy node (account 1), as far as the chain knows it. */
export async function registerHeavy(holdfast: TestHoldfast): Promise<Chain> {
  const heavy = await holdfast.as(HEAVY_ACCOUNT);
  await registerNode(heavy, { tier: 'heavy', region: 1, payout: addressOf(heavy), endpoint: 'http://127.0.0.1:1' });
  return heavy;
}

/** A provider service of account 2 + `index`, whose loops leave the tests alone. */
export async function startTestProvider(holdfast: TestHoldfast, index: number, more: Partial<ProviderConfigInput> = {}, rpcUrl: string | readonly string[] = holdfast.rpcUrl, confirmations?: number, start: { readonly isPatient?: boolean } = {}): Promise<TestProvider> {
  const home = more.home ?? (await mkdtemp(join(tmpdir(), `holdfast-provider-${index}-`)));
  const account = devAccount(FIRST_PROVIDER_ACCOUNT + index, DEV_CHAIN_ID);
  await buyTokens(await holdfast.as(FIRST_PROVIDER_ACCOUNT + index), { coin: parseEther('1') });
  const lines: string[] = [];
  const log = createLogger({ name: `provider-${index}`, write: (line) => lines.push(line) });
  const config = { home, region: index + 1, parent: HEAVY, stake: parseEther('10'), capacityBytes: 64n << 20n, price: { perBatchEpoch: 10n ** 12n }, tickMs: 60_000, ...more };
  const running = await startProvider({ ...start, config, rpcUrls: typeof rpcUrl === 'string' ? [rpcUrl] : rpcUrl, confirmations, deployment: holdfast.deployment, account, log, retry: { retries: 1, firstDelayMs: 50, failOverMs: 500 } });
  return { ...running, home, lines };
}

export async function stopTestProvider(provider: TestProvider): Promise<void> {
  await provider.stop();
  await rm(provider.home, { recursive: true, force: true });
}

export interface TestAgreement {
  readonly id: number;
  readonly creator: Chain;
  readonly geometry: Geometry;
  readonly terms: TermsMessage;
  readonly header: string;
}

export async function creatorOf(holdfast: TestHoldfast): Promise<Chain> {
  const creator = await holdfast.as(CREATOR_ACCOUNT);
  await buyTokens(creator, { coin: parseEther('1') });
  return creator;
}

export async function termsOf(creator: Chain, more: Partial<TermsMessage> = {}): Promise<TermsMessage> {
  const nonce = await creatorNonce(creator, addressOf(creator));
  const endPeriod = (await currentPeriod(creator)) + 2;
  return { creator: addressOf(creator), nonce, heavy: HEAVY, feeBps: 100, k: 1, m: 1, batchLog2: 16, quota: 4, endPeriod, ...more };
}

/** `asker`: who signs for it, the creator or a heavy node. */
export async function askOffer(asker: Chain, url: string, terms: TermsMessage): Promise<SignedOffer> {
  const ask = await signOfferAsk(asker.account!, asker.domain, { terms, nowSeconds: await asker.nowSeconds() });
  return requestJson(`${url}/offers`, { method: 'POST', body: { terms, ask }, schema: SignedOffer });
}

/** An agreement over the real HTTP offers of these providers, in slot order. */
export async function openTestAgreement(creator: Chain, providers: readonly TestProvider[], more: Partial<TermsMessage> = {}): Promise<TestAgreement> {
  const terms = await termsOf(creator, { k: 1, m: providers.length - 1, ...more });
  const offers = await Promise.all(providers.map((provider) => askOffer(creator, provider.url, terms)));
  const maxCost = parseEther('100');
  await approveTokens(creator, { spender: creator.deployment.market, amount: maxCost });
  const { id } = await openAgreement(creator, { terms, offers, maxCost });
  return { id, creator, geometry: geometry(terms), terms, header: await sessionOf(creator, id) };
}

export async function sessionOf(chain: Chain, agreement: number, seconds = 3600): Promise<string> {
  const session = { agreement, creator: addressOf(chain), expiry: Math.floor(await chain.nowSeconds()) + seconds };
  return sessionHeader({ session, signature: await signTyped(chain.account!, chain.domain, 'Session', session) });
}

export interface TestBundle {
  readonly root: Hex;
  readonly batches: BatchDescription[];
  /** Sealed bytes by batch, then by slot. */
  readonly fragments: Uint8Array[][];
}

/** Bytes in the place of sealed fragments: a provider cannot tell the difference. */
export function makeBundle(agreement: TestAgreement, count: number, seed = 'bundle'): TestBundle {
  const { n, fragmentSize } = agreement.geometry;
  const fragments = Array.from({ length: count }, (_, b) => Array.from({ length: n }, (__, slot) => pattern(`${seed} ${b} ${slot}`, fragmentSize)));
  const batches = fragments.map((slots) => ({ batchId: bytesToHex(randomBytes(32)), fragmentRoots: slots.map((bytes) => rootOf(bytes)) }));
  const root = bytesToHex(treeRoot(batches.map((batch) => treeRoot(batch.fragmentRoots.map((one) => Buffer.from(one.slice(2), 'hex'))))));
  return { root, batches, fragments };
}

export function rootOf(bytes: Uint8Array): Hex {
  const hasher = new FragmentHasher();
  hasher.update(bytes);
  return bytesToHex(hasher.finish().root);
}

export function fragmentUrl(url: string, agreement: number, batchId: Hex, slot: number): string {
  return `${url}/agreements/${agreement}/batches/${batchId}/fragments/${slot}`;
}

export async function putFragments(agreement: TestAgreement, provider: TestProvider, slot: number, bundle: TestBundle, header = agreement.header): Promise<void> {
  for (const [i, batch] of bundle.batches.entries()) {
    const body = bundle.fragments[i]![slot]!;
    await putBytes(fragmentUrl(provider.url, agreement.id, batch.batchId, slot), { body, headers: { authorization: header }, schema: FragmentStored });
  }
}

export async function askReceipt(agreement: TestAgreement, provider: TestProvider, slot: number, bundle: TestBundle, number: number, header = agreement.header): Promise<Hex> {
  const body = { bundle: number, root: bundle.root, batches: bundle.batches, slot };
  const url = `${provider.url}/agreements/${agreement.id}/bundles`;
  return (await requestJson(url, { method: 'POST', body, headers: { authorization: header }, schema: ReceiptReply })).signature;
}

/** Uploads to every provider and commits with all their receipts. */
export async function uploadBundle(agreement: TestAgreement, providers: readonly TestProvider[], bundle: TestBundle, number: number): Promise<void> {
  const receipts = [];
  for (const [slot, provider] of providers.entries()) {
    await putFragments(agreement, provider, slot, bundle);
    receipts.push({ slot, signature: await askReceipt(agreement, provider, slot, bundle, number) });
  }
  await commitBundle(agreement.creator, { agreement: agreement.id, root: bundle.root, batches: bundle.batches.length, receipts });
}
