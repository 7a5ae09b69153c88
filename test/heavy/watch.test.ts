import { decodeFunctionData, parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { epochSeed } from '../../offchain/chain/epoch-seed.ts';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import { readDraws } from '../../offchain/chain/read-draws.ts';
import { owedTo } from '../../offchain/chain/read-money.ts';
import { isFaulted } from '../../offchain/chain/read-proofs.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { HeavyStatus, ProofReply } from '../../offchain/wire/messages.ts';
import type { MatchReply } from '../../offchain/wire/messages.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import type { Terms } from '../../offchain/wire/typed-data.ts';
import { addressOf, registerNodes } from '../support/holdfast.ts';
import { PRICE, openMatch, startNetwork, until } from './support.ts';
import type { Network } from './support.ts';

const EPOCH_SECONDS = 10_000;
const EPOCHS_PER_PERIOD = 6;
const HEAVY_ACCOUNT = 1;

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let watcher: Chain;
let providers: Chain[];

/** Providers that sign offers and do nothing else: whoever never proves is what a heavy node looks out for. */
beforeAll(async () => {
  network = await startNetwork({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD });
  ({ heavy: watcher, providers } = await registerNodes(network, 4));
  heavy = await network.heavy({}, HEAVY_ACCOUNT);
  const creator = await network.as(10);
  await buyTokens(creator, { coin: parseEther('1') });
  const terms: Terms = { creator: addressOf(creator), nonce: 0, heavy: heavy.id, feeBps: 150, k: 2, m: 2, batchLog2: 16, quota: 1, endPeriod: 4 };
  await openMatch(creator, { terms, offers: await Promise.all(providers.map((provider, i) => sign(provider, i + 2, terms))), refused: [] });
});

afterAll(() => network?.stop());

async function sign(provider: Chain, id: number, terms: Terms): Promise<MatchReply['offers'][number]> {
  const { account, domain } = provider;
  if (account === undefined) throw new Error('a chain without a key');
  const expiry = Math.floor(await provider.nowSeconds()) + 100_000;
  const price = PRICE;
  const signature = await signTyped(account, domain, 'Offer', { terms, provider: id, price, expiry });
  return { provider: id, price, expiry, signature, endpoint: '', region: 0, reason: '' };
}

describe('a heavy node', () => {
  it('uses the node that its operator has and moves its endpoint', async () => {
    expect(heavy.id).toBe(1);
    expect((await readNode(watcher, 1)).endpoint).toBe(heavy.url);
  });

  it('finds the agreements with its footprint', async () => {
    await until('the agreement', async () => ((await requestJson(`${heavy.url}/status`, { schema: HeavyStatus })).agreements === 1 ? true : undefined));
  });

  it('fixes the seed of an epoch as soon as it begins', async () => {
    await network.advance(EPOCH_SECONDS);
    const epoch = await currentEpoch(watcher);
    await until('the seed', () => epochSeed(watcher, epoch));
    await until('its line in the log', () => network.lines.find((line) => line.event === 'epoch.poked' && line['epoch'] === epoch));
  });

  it('sends a proof once, however often it comes', async () => {
    const { draws, epoch } = await readDraws(watcher, 2);
    expect(draws.length).toBeGreaterThan(0);
    // Nothing is committed: the draws of this agreement ask for no leaf.
    expect(draws.flatMap(({ bundles }) => bundles)).toEqual([]);
    const replies = await Promise.all([1, 2, 3, 4, 5].map(() => requestJson(`${heavy.url}/proofs`, { method: 'POST', body: { provider: 2, epoch, proof: '0x' }, schema: ProofReply })));
    expect(new Set(replies.map(({ proven, txHash }) => `${proven} ${txHash}`)).size).toBe(1);
    const { input } = await watcher.ask('the transaction', (client) => client.getTransaction({ hash: replies[0]!.txHash! }));
    expect(decodeFunctionData({ abi: marketAbi, data: input })).toMatchObject({ functionName: 'proveMany', args: [[2], ['0x']] });
    await expect(requestJson(`${heavy.url}/proofs`, { method: 'POST', body: { provider: 2, epoch, proof: '0x' }, schema: ProofReply })).rejects.toMatchObject({ message: expect.stringContaining('already') });
  });

  it('sees who missed an epoch', async () => {
    await network.advance(EPOCH_SECONDS);
    const line = await until('the log', () => network.lines.find((one) => one.event === 'proofs.missed'));
    expect(line['providers']).toEqual([3, 4, 5]);
  });

  it('reports the misses of a past period once, and is paid for it', async () => {
    await network.advance(EPOCH_SECONDS * EPOCHS_PER_PERIOD);
    const line = await until('the report', () => network.lines.find((one) => one.event === 'misses.reported'));
    expect((line['reported'] as { provider: number }[]).map(({ provider }) => provider)).toEqual([2, 3, 4, 5]);
    expect(await owedTo(watcher, addressOf(watcher))).toBeGreaterThan(0n);

    // A restarted node looks again and finds everything reported.
    await heavy.stop();
    heavy = await network.heavy({}, HEAVY_ACCOUNT, heavy.home);
    await network.advance(EPOCH_SECONDS);
    await until('the next epoch', () => network.lines.filter((one) => one.event === 'proofs.missed').at(2));
    expect(network.lines.filter((one) => one.event === 'misses.reported')).toHaveLength(1);
  });

  it('tries to repair what is lost and says why it cannot', async () => {
    expect(await isFaulted(watcher, 2)).toBe(true);
    const line = await until('the attempt', () => network.lines.find((one) => one.event === 'repair.failed'));
    expect(line['error']).toContain('1 providers are needed and 0');
    await until('the failed job', async () => {
      const { repairs } = await requestJson(`${heavy.url}/status`, { schema: HeavyStatus });
      return repairs.some(({ agreement, state, error }) => agreement === 1 && state === 'failed' && error !== undefined) ? true : undefined;
    });
  });
});
