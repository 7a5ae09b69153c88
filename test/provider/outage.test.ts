import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { Prover } from '../../offchain/provider/prover.ts';
import { requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { Health, ProviderStatus } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import type { RpcLine } from '../support/rpc-line.ts';
import { creatorOf, fragmentUrl, makeBundle, openTestAgreement, putFragments, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

const EPOCH_SECONDS = 1_000;
let holdfast: TestHoldfast;
/** The first provider's ways to the chain. */
let ways: RpcLine[];
let watcher: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;
let bundle: TestBundle;

const setAll = (mode: RpcLine['mode']): void => ways.forEach((line) => (line.mode = mode));

/** Into the part of the next epoch in which proofs are due. */
async function toNextEpoch(): Promise<void> {
  const { genesis } = watcher.clock;
  const target = genesis + ((await currentEpoch(watcher)) + 1.3) * EPOCH_SECONDS;
  await holdfast.advance(Math.ceil(target - (await watcher.nowSeconds())));
  for (const chain of [watcher, providers[0]!.provider.chain]) await vi.waitUntil(async () => (await chain.nowSeconds()) >= target, { timeout: 10_000 });
}

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS });
  ways = await Promise.all([1, 2, 3].map(() => startRpcLine(holdfast.rpcUrl)));
  watcher = await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0, {}, ways.map(({ url }) => url)), await startTestProvider(holdfast, 1)];
  agreement = await openTestAgreement(await creatorOf(holdfast), providers);
  bundle = makeBundle(agreement, 1);
  await uploadBundle(agreement, providers, bundle, 0);
  await toNextEpoch();
}, 120_000);
afterAll(async () => {
  setAll('pass');
  for (const provider of providers) await stopTestProvider(provider);
  for (const line of ways) await line.stop();
  await holdfast.stop();
});
afterEach(() => {
  setAll('pass');
  for (const { refused, swallowed } of ways) for (const methods of [refused, swallowed]) methods.clear();
});

it('goes on while the chain is away and proves in the same epoch when it is back', async () => {
  const { provider, url, lines } = providers[0]!;
  const prover = new Prover(provider, () => 0);
  const epoch = await currentEpoch(watcher);
  await poke(watcher);

  setAll('cut');
  await prover.tick();
  expect(lines.some((text) => text.includes('could not be reached'))).toBe(true);
  expect((await requestJson(`${url}/status`, { schema: ProviderStatus })).id).toBe(provider.id);
  // What it tells is up to a second old.
  await vi.waitFor(() => expect(requestJson(`${url}/readyz`, { schema: Health })).rejects.toMatchObject({ remoteStatus: 503 }), { timeout: 10_000 });
  const { batchId } = bundle.batches[0]!;
  await requestBytes(fragmentUrl(url, agreement.id, batchId, 0), { maxBytes: 1 << 20 });
  // The agreement is known from a moment ago, so uploads go on too.
  await putFragments(agreement, providers[0]!, 0, makeBundle(agreement, 1, 'away'));

  setAll('pass');
  for (const line of ways) line.refused.add('eth_sendRawTransaction');
  await prover.tick();
  expect(await provider.store.proofOutcome.findMany()).toMatchObject([{ epoch, ok: false }]);
  expect(await hasProved(watcher, provider.id, epoch)).toBe(false);

  for (const line of ways) line.refused.clear();
  await prover.tick();
  expect(await hasProved(watcher, provider.id, epoch)).toBe(true);
  expect(await provider.store.proofOutcome.findMany()).toMatchObject([{ epoch, ok: true, error: null }]);
});

it('a proof on its way through an address that dies lands once, through another one', async () => {
  await toNextEpoch();
  await poke(watcher);
  const { provider } = providers[0]!;
  const nonce = () => watcher.public.getTransactionCount({ address: provider.account.address });
  const [before, epoch] = [await nonce(), await currentEpoch(watcher)];
  const sent = (index: number) => ways[index]!.passed.filter((method) => method === 'eth_sendRawTransaction').length;
  const taken = sent(0);
  // It takes the transaction and tells nobody.
  ways[0]!.swallowed.add('eth_sendRawTransaction');
  const proving = new Prover(provider, () => 0).tick();
  await vi.waitUntil(() => sent(0) > taken, { timeout: 10_000 });
  ways[0]!.mode = 'cut';
  ways[1]!.mode = 503;
  await proving;
  expect(await hasProved(watcher, provider.id, epoch)).toBe(true);
  expect(await nonce()).toBe(before + 1);
  expect(provider.chain.endpoints().map(({ state }) => state)).toEqual(['away', 'away', 'ok']);
});
