import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveTokens } from '../../offchain/chain/approve-tokens.ts';
import { currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { giveNotice } from '../../offchain/chain/give-notice.ts';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import { authoriseRenewal, readRenewal, topUp } from '../../offchain/chain/pot.ts';
import { extensionCost } from '../../offchain/chain/extend-agreement.ts';
import { postChallenge } from '../../offchain/chain/post-challenge.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { owedTo } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { retireBundle } from '../../offchain/chain/retire-bundle.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { collectFees, readFees } from '../../offchain/heavy/fees.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { addressOf } from '../support/holdfast.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

/** Everything below happens in one agreement, while its epochs and periods go by. */
const EPOCH_SECONDS = 4;
let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let providers: RunningProvider[];
let creator: Chain;
let agreement: number;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 4, standard: { ...DEVNET.standard, faultRun: 40, answerEpochs: 1 }, bondUnits: 1_000, ackEpochs: 3 });
  heavy = await network.heavy({ paydayPeriods: 1, loops: { watchMs: 200, repairMs: 300, namesMs: 200, probeMs: 500, directoryMs: 100, renewMs: 200, relayMs: 300 } });
  providers = [];
  for (const region of [1, 2, 3, 4, 5, 6, 7]) providers.push(await network.provider({ parent: heavy.id, region, relay: true }));
  creator = (await network.account()).chain;
  const match = await askMatch(heavy.url, await matchRequest(creator, { periods: 1 }));
  agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  for (const bundle of [0, 1]) await storeBundle(creator, { agreement, bundle, match, sealKey, payloads: [nodePlatform.randomBytes(5_000)] });
  await storeBundle(creator, { agreement, bundle: 2, match, sealKey, payloads: [nodePlatform.randomBytes(500)], without: 3 });
  await retireBundle(creator, { agreement, bundle: 0 });
  const { endPeriod, slots } = await readAgreement(creator, agreement);
  const perPeriod = extensionCost(creator, { endPeriod, slots }, endPeriod + 1);
  await authoriseRenewal(creator, { agreement, maxPerPeriod: perPeriod, untilPeriod: endPeriod + 20 });
  await approveTokens(creator, { spender: creator.deployment.market, amount: perPeriod * 20n });
  await topUp(creator, { agreement, amount: perPeriod * 20n });
});
afterAll(() => network?.stop());

const holderOf = async (slot: number): Promise<number> => (await readAgreement(creator, agreement)).slots[slot]!.provider;
const byId = (id: number): RunningProvider => providers.find((provider) => provider.id === id)!;
const lines = (event: string) => network.lines.filter((line) => line.event === event);

async function successorOf(slot: number, from: number): Promise<number> {
  return until(`a successor for slot ${slot}`, async () => {
    const holder = await holderOf(slot);
    return holder !== from && holder !== 0 ? holder : undefined;
  });
}

describe('a heavy node', () => {
  it('brings a provider the bundle that its creator sent it nothing of, and nobody is dismissed', async () => {
    const provider = await holderOf(3);
    expect((await readBundle(creator, agreement, 2)).acknowledged).toBe(0b0111n);
    await until('the late receipt', async () => ((await readBundle(creator, agreement, 2)).acknowledged === 0b1111n ? true : undefined));
    expect(lines('repair.completed')).toMatchObject([{ agreement, slot: 3, bundle: 2, provider }]);
    expect(lines('slot.dismissed')).toEqual([]);
    expect(await holderOf(3)).toBe(provider);
  });

  it('replaces a provider under notice from the next period on, and nobody is slashed', async () => {
    const from = await holderOf(0);
    const stake = (await readNode(creator, from)).stake;
    const { fromPeriod } = await giveNotice(creator, { agreement, slot: 0 });
    await successorOf(0, from);
    expect(await currentPeriod(creator)).toBeGreaterThanOrEqual(fromPeriod);
    expect((await readNode(creator, from)).stake).toBe(stake);
    expect(lines('repair.replaced')).toContainEqual(expect.objectContaining({ slot: 0, from, cause: 'notice', slashed: '0', bundles: 2 }));
  });

  it('fills a slot that its provider surrendered, and earns the reward', async () => {
    const from = await holderOf(1);
    const operator = addressOf(await network.as(heavy.index));
    const before = await owedTo(creator, operator);
    const { slashed } = await surrender(byId(from).provider.chain, { agreement, slot: 1 });
    expect(slashed).toBeGreaterThan(0n);
    const to = await successorOf(1, from);
    expect(to).not.toBe(from);
    const replaced = lines('repair.replaced').find((line) => line['slot'] === 1)!;
    expect(replaced).toMatchObject({ from, cause: 'vacancy' });
    const paid = lines('money.withdrawn').reduce((sum, line) => sum + BigInt(String(line['rewards'])), 0n);
    expect((await owedTo(creator, operator)) + paid - before).toBeGreaterThanOrEqual(BigInt(String(replaced['bounty'])));
  });

  it('ends a challenge that nobody answers, and fills the slot', async () => {
    const from = await holderOf(2);
    await byId(from).stop();
    const { challenge } = await postChallenge(creator, { agreement, slot: 2, bundle: 1, batch: 0, leaf: 3 });
    await successorOf(2, from);
    expect(lines('challenge.ended')).toMatchObject([{ challenge: String(challenge), agreement, slot: 2, provider: from, slotLost: true }]);
  });

  it('renews the agreement out of its pot, period by period', async () => {
    const { endPeriod } = await readAgreement(creator, agreement);
    const { pot } = await readRenewal(creator, agreement);
    await until('a renewal', async () => ((await readRenewal(creator, agreement)).pot < pot ? true : undefined));
    expect((await readAgreement(creator, agreement)).endPeriod).toBeGreaterThan(endPeriod);
    expect(lines('agreement.renewed').length).toBeGreaterThan(0);
  });

  it("sends its children's proofs together", async () => {
    const relayed = await until('a relayed proof of several', () => lines('proofs.relayed').find((line) => (line['providers'] as number[]).length > 1));
    const receipt = await creator.ask('the receipt', (client) => client.getTransactionReceipt({ hash: relayed['txHash'] as `0x${string}` }));
    expect(receipt.from).toBe(addressOf(await network.as(heavy.index)).toLowerCase());
  });

  it('is paid by itself, and burns the share of the fees that waits for it', async () => {
    const paid = await until('a payday', () => lines('money.withdrawn').find((line) => BigInt(String(line['fees'])) > 0n), 90_000);
    expect(paid).toBeDefined();
    const own = await network.as(heavy.index);
    const burned = await own.ask('the burned fees', (client) => client.getContractEvents({ address: own.deployment.market, abi: marketAbi, eventName: 'FeesBurned', fromBlock: own.deployment.fromBlock, strict: true }));
    expect(burned.length).toBeGreaterThan(0);
    await collectFees(own, heavy.id);
    expect(await readFees(own, heavy.id)).toMatchObject({ heavy: heavy.id, rewards: 0n });
  });
});
