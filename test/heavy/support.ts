import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToHex, parseEther } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { commitBundle } from '../../offchain/chain/commit-bundle.ts';
import { approveTokens } from '../../offchain/chain/approve-tokens.ts';
import { creatorNonce } from '../../offchain/chain/creator-nonce.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { openAgreement } from '../../offchain/chain/open-agreement.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { applySeal } from '../../offchain/codec/seal.ts';
import { encodeBatch } from '../../offchain/codec/stripe.ts';
import { startHeavy } from '../../offchain/heavy/service.ts';
import type { RunningHeavy } from '../../offchain/heavy/service.ts';
import type { HeavySettingsInput } from '../../offchain/heavy/settings.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import type { ProviderConfigInput } from '../../offchain/provider/config.ts';
import { startProvider } from '../../offchain/provider/service.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { putBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { FragmentStored, MatchReply, ReceiptReply } from '../../offchain/wire/messages.ts';
import type { MatchRequest } from '../../offchain/wire/messages.ts';
import { sessionHeader } from '../../offchain/wire/session.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { PACE } from '../support/pace.ts';

/** Above the market's smallest rent with a quota of one batch. */
export const PRICE = 10n ** 10n;

export interface LogLine {
  readonly name: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A chain with real heavy and provider services in this process. Devnet account 0 deployed; each node and creator takes the next one. */
export interface Network extends TestHoldfast {
  readonly lines: LogLine[];
  account(): Promise<{ index: number; chain: Chain }>;
  heavy(settings?: Partial<HeavySettingsInput>, index?: number, home?: string): Promise<RunningHeavy & { index: number; home: string }>;
  provider(options: { parent: number; region: number; price?: bigint; stake?: bigint; endpoint?: string; payout?: Address; relay?: boolean; p2p?: ProviderConfigInput['p2p']; worker?: ProviderConfigInput['worker'] }): Promise<RunningProvider>;
}

export async function startNetwork(parameters: Parameters<typeof startHoldfast>[0] = {}): Promise<Network> {
  const holdfast = await startHoldfast(parameters);
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-heavy-'));
  const running: { stop(): Promise<void> }[] = [];
  const lines: LogLine[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as LogLine);
  const { rpcUrl, deployment } = holdfast;
  let next = 1;

  const account = async (index = next++) => {
    const chain = await holdfast.as(index);
    await buyTokens(chain, { coin: parseEther('10') });
    return { index, chain };
  };
  /** Stopping twice must not close the database twice. */
  const once = <T extends { stop(): Promise<void> }>(service: T): T => {
    let stopping: Promise<void> | undefined;
    const stop = service.stop.bind(service);
    const wrapped = { ...service, stop: () => (stopping ??= stop()) };
    running.push(wrapped);
    return wrapped;
  };

  return {
    ...holdfast,
    lines,
    account,
    async heavy(settings = {}, index = next++, home = join(folder, `heavy-${index}`)) {
      const loops = { watchMs: 200, repairMs: 300, namesMs: 200, probeMs: 500, directoryMs: 100 };
      const config = { rpcUrls: [rpcUrl], deployment, account: devAccount(index, DEV_CHAIN_ID), settings: { home, loops, ...settings }, write };
      return { ...once(await startHeavy(config)), index, home };
    },
    async provider({ parent, region, price = PRICE, stake = parseEther('1'), endpoint, payout, relay = false, p2p, worker }) {
      const { index } = await account();
      const home = join(folder, `provider-${index}`);
      const config = { home, region, parent, relay, stake, capacityBytes: 2n ** 24n, price: { perBatchEpoch: price }, ...(endpoint === undefined ? {} : { endpoint }), ...(payout === undefined ? {} : { payout }), ...(p2p === undefined ? {} : { p2p }), ...(worker === undefined ? {} : { worker }) };
      const log = createLogger({ name: `provider-${index}`, write });
      return once(await startProvider({ config, rpcUrls: [rpcUrl], deployment, account: devAccount(index, DEV_CHAIN_ID), log }));
    },
    async stop() {
      await Promise.all(running.map((service) => service.stop()));
      await holdfast.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined, timeoutMs = 60_000 * PACE): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
}

export async function matchRequest(chain: Chain, changes: Partial<MatchRequest> = {}): Promise<MatchRequest> {
  const creator = addressOf(chain);
  return { creator, k: 2, m: 2, batchLog2: 16, quota: 4, periods: 2, priceLimit: PRICE * 4n, nonce: await creatorNonce(chain, creator), ...changes };
}

export async function askMatch(url: string, request: MatchRequest): Promise<MatchReply> {
  return requestJson(`${url}/match`, { method: 'POST', body: request, schema: MatchReply });
}

export async function openMatch(chain: Chain, match: MatchReply): Promise<number> {
  const maxCost = parseEther('100');
  await approveTokens(chain, { spender: chain.deployment.market, amount: maxCost });
  return (await openAgreement(chain, { ...match, maxCost })).id;
}

export async function sessionOf(chain: Chain, agreement: number): Promise<{ header: string; expiry: number; signature: Hex }> {
  const { account } = chain;
  if (account === undefined) throw new Error('a chain without a key');
  const expiry = Math.floor(await chain.nowSeconds()) + 3_600;
  const session = { agreement, creator: addressOf(chain), expiry };
  const signature = await signTyped(account, chain.domain, 'Session', session);
  return { header: sessionHeader({ session, signature }), expiry, signature };
}

export interface StoredBundle {
  readonly sealKey: Uint8Array;
  readonly batchIds: readonly Hex[];
  readonly root: Hex;
}

/** Seals, sends and commits one bundle of `payloads`, one batch each, the way a creator does. Slot `without` gets nothing of it. */
export async function storeBundle(chain: Chain, options: { agreement: number; bundle: number; match: MatchReply; sealKey: Uint8Array; payloads: readonly Uint8Array[]; without?: number }): Promise<StoredBundle> {
  const { agreement, bundle, match, sealKey, payloads, without } = options;
  const shape = geometry(match.terms);
  const { header } = await sessionOf(chain, agreement);
  const batches: { batchId: Hex; roots: Uint8Array[] }[] = [];
  for (const payload of payloads) {
    const batchId = nodePlatform.randomBytes(32);
    const clear = encodeBatch(shape, payload);
    const sealed = await Promise.all(clear.map((data, slot) => applySeal(nodePlatform, { sealKey, batchId, slot, offset: 0, data })));
    const roots = sealed.map(rootOf);
    batches.push({ batchId: bytesToHex(batchId), roots });
    for (const [slot, fragment] of sealed.entries()) {
      if (slot === without) continue;
      const url = `${match.offers[slot]?.endpoint}/agreements/${agreement}/batches/${bytesToHex(batchId)}/fragments/${slot}`;
      await putBytes(url, { body: fragment, headers: { authorization: header }, schema: FragmentStored });
    }
  }
  const root = bytesToHex(treeRoot(batches.map(({ roots }) => treeRoot(roots))));
  const described = batches.map(({ batchId, roots }) => ({ batchId, fragmentRoots: roots.map((one) => bytesToHex(one)) }));
  const receipts: { slot: number; signature: Hex }[] = [];
  for (const [slot, { endpoint }] of match.offers.entries()) {
    if (slot === without) continue;
    const body = { bundle, root, batches: described, slot };
    const { signature } = await requestJson(`${endpoint}/agreements/${agreement}/bundles`, { method: 'POST', body, headers: { authorization: header }, schema: ReceiptReply });
    receipts.push({ slot, signature });
  }
  await commitBundle(chain, { agreement, root, batches: batches.length, receipts });
  return { sealKey, batchIds: batches.map(({ batchId }) => batchId), root };
}

export async function giveSealKey(chain: Chain, url: string, agreement: number, sealKey: Uint8Array): Promise<unknown> {
  const { expiry, signature } = await sessionOf(chain, agreement);
  return requestJson(`${url}/seals/${agreement}`, { method: 'PUT', body: { sealKey: bytesToHex(sealKey), expiry, signature }, schema: z.unknown() });
}

function rootOf(fragment: Uint8Array): Uint8Array {
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  return hasher.finish().root;
}
