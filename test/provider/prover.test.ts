import { readFile, rm, writeFile } from 'node:fs/promises';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { closeAgreement } from '../../offchain/chain/close-agreement.ts';
import { epochSeed } from '../../offchain/chain/epoch-seed.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import { withdrawStake } from '../../offchain/chain/withdraw-stake.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { AgreementViews } from '../../offchain/client/fetch/agreement-view.ts';
import { releaseSlots } from '../../offchain/client/release-slots.ts';
import { answerDraw, BundleReads } from '../../offchain/provider/answer-draw.ts';
import { exit, settleAndWithdraw } from '../../offchain/provider/money.ts';
import { Prover } from '../../offchain/provider/prover.ts';
import { releaseEnded } from '../../offchain/provider/release-ended.ts';
import { syncChain } from '../../offchain/provider/sync-chain.ts';
import { putBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { FragmentStored, Health, ProviderStatus } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { creatorOf, fragmentUrl, makeBundle, openTestAgreement, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

const EPOCH_SECONDS = 1_000;
const EPOCHS_PER_PERIOD = 6;
let holdfast: TestHoldfast;
let watcher: Chain;
let creator: Chain;
let providers: TestProvider[];
let provers: Prover[];
let agreement: TestAgreement;
let bundle: TestBundle;

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD });
  watcher = await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0), await startTestProvider(holdfast, 1)];
  provers = providers.map(({ provider }) => new Prover(provider, () => 0));
  creator = await creatorOf(holdfast);
  agreement = await openTestAgreement(creator, providers);
  bundle = makeBundle(agreement, 3);
  await uploadBundle(agreement, providers, bundle, 0);
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});

/** Moves the chain to `share` of the epoch `epochs` from now, and lets every node see it. */
async function goTo(epochs: number, share: number): Promise<number> {
  const { genesis } = watcher.clock;
  const target = genesis + ((await currentEpoch(watcher)) + epochs + share) * EPOCH_SECONDS;
  await holdfast.advance(Math.ceil(target - (await watcher.nowSeconds())));
  for (const chain of [watcher, creator, ...providers.map(({ provider }) => provider.chain)]) {
    await expect.poll(() => chain.nowSeconds(), { timeout: 5_000 }).toBeGreaterThanOrEqual(target);
  }
  return currentEpoch(watcher);
}

const statusOf = (index: number) => requestJson(`${providers[index]!.url}/status`, { schema: ProviderStatus });
const nonceOf = ({ provider }: TestProvider) => watcher.public.getTransactionCount({ address: provider.account.address });

describe('Prover', () => {
  it('pokes when nobody did and proves every slot from a quarter of the epoch on', async () => {
    const epoch = await goTo(1, 0.1);
    await provers[0]!.tick();
    expect(await epochSeed(watcher, epoch)).toBeUndefined();
    await goTo(0, 0.22);
    await provers[0]!.tick();
    expect(await epochSeed(watcher, epoch)).toBeDefined();
    expect(await hasProved(watcher, providers[0]!.id, epoch)).toBe(false);
    await goTo(0, 0.3);
    for (const prover of provers) await prover.tick();
    for (const { id } of providers) expect(await hasProved(watcher, id, epoch)).toBe(true);
    expect((await statusOf(1)).lastProof).toMatchObject({ epoch, ok: true, txHash: expect.stringMatching(/^0x/) });
  });

  it('asks the chain for nothing while nothing is due, and for the draws of an epoch all at once', async () => {
    const { provider } = providers[0]!;
    const counts = { times: 0, reads: 0 };
    const counted = Object.assign(Object.create(provider.chain) as Chain, {
      nowSeconds: () => ((counts.times += 1), provider.chain.nowSeconds()),
      read: (...question: Parameters<Chain['read']>) => ((counts.reads += 1), provider.chain.read(...question)),
    });
    const prover = new Prover({ ...provider, chain: counted }, () => 0);
    // This epoch is proven: it rests, though the loop goes on turning.
    await prover.turn();
    expect(counts.times).toBe(1);
    for (let i = 0; i < 20; i++) await prover.turn();
    expect(counts.times).toBe(1);
    counts.reads = 0;
    const bundles = new BundleReads(counted);
    const draw = { isVoid: false, agreement: agreement.id, slot: 0, leaf: 0, leaves: agreement.geometry.fragmentSize / 256, n: 2, bundles: [0], isSpent: false };
    const answers = await Promise.all([0, 1, 2].map((batch) => answerDraw(provider, { ...draw, batch }, bundles)));
    expect(answers.every((one) => one.length > 256)).toBe(true);
    expect(counts.reads).toBe(1);
  });

  it('pokes a chain whose clock is behind once in a second, not at every look', async () => {
    const { provider } = providers[0]!;
    // This node believes that the next epoch has begun; each block is still one of this epoch, whose seed is fixed.
    const ahead = { ...provider.chain, nowSeconds: async () => (await provider.chain.nowSeconds()) + EPOCH_SECONDS };
    const prover = new Prover({ ...provider, chain: ahead }, () => 0);
    const before = await nonceOf(providers[0]!);
    const sinceMs = Date.now();
    for (let look = 0; look < 6; look++) await prover.look();
    expect((await nonceOf(providers[0]!)) - before).toBeLessThanOrEqual(1 + Math.floor((Date.now() - sinceMs) / 1_000));
  });

  it('sends no second proof of an epoch, also after a restart', async () => {
    const before = await nonceOf(providers[0]!);
    await provers[0]!.tick();
    await new Prover(providers[0]!.provider, () => 0).tick();
    expect(await nonceOf(providers[0]!)).toBe(before);
  });

  it('sends nothing for a damaged fragment, says which, and proves again once it was uploaded anew', async () => {
    const { provider, url, lines } = providers[0]!;
    // Every byte of slot 0 is damaged, so whatever is drawn is damaged.
    const keys = bundle.batches.map(({ batchId }) => ({ agreement: agreement.id, batchId, slot: 0 }));
    for (const key of keys) {
      const path = provider.files.pathOf(key);
      await writeFile(path, (await readFile(path)).map((byte) => byte ^ 1));
    }
    const epoch = await goTo(1, 0.3);
    await poke(watcher);
    const before = await nonceOf(providers[0]!);
    await provers[0]!.tick();
    await provers[0]!.tick();
    expect(await nonceOf(providers[0]!)).toBe(before);
    const { lastProof } = await statusOf(0);
    expect(lastProof).toMatchObject({ epoch, ok: false });
    expect(lastProof!.error).toMatch(/^The stored fragment no longer matches its committed root: agreement 1, slot 0, batch \d = 0x[0-9a-f]{64}, leaf \d+\. Check the disk/);
    expect(await provider.store.fragment.count({ where: { bad: true } })).toBeGreaterThan(0);
    // It looks once in a second at most, and may just have looked.
    await expect.poll(() => requestJson(`${url}/readyz`, { schema: Health }).then(() => 200, (error: { remoteStatus?: number }) => error.remoteStatus), { timeout: 5_000 }).toBe(503);
    await goTo(0, 0.65);
    await provers[0]!.tick();
    expect(lines.filter((line) => line.includes('"event":"proof.alarm"'))).toHaveLength(1);

    await provider.store.fragment.updateMany({ where: {}, data: { bad: true } });
    for (const [i, { batchId }] of bundle.batches.entries()) {
      const body = bundle.fragments[i]![0]!;
      await putBytes(fragmentUrl(url, agreement.id, batchId, 0), { body, headers: { authorization: agreement.header }, schema: FragmentStored });
    }
    await provers[0]!.tick();
    expect(await hasProved(watcher, providers[0]!.id, epoch)).toBe(true);
    expect((await statusOf(0)).lastProof).toMatchObject({ epoch, ok: true });
  });

  it('says so when a fragment is gone', async () => {
    const { provider } = providers[1]!;
    const kept = await provider.store.fragment.findMany();
    await provider.store.fragment.deleteMany();
    await goTo(1, 0.3);
    await provers[1]!.tick();
    expect((await statusOf(1)).lastProof!.error).toMatch(/Cannot prove agreement 1, slot 1, bundle \d, batch \d, leaf \d+: its fragment is not here/);
    await provider.store.fragment.createMany({ data: kept });
    // A lost tree is made anew.
    for (const { batchId } of bundle.batches) await rm(provider.files.treePathOf({ agreement: agreement.id, batchId, slot: 1 }));
    for (const prover of provers) await prover.tick();
    expect((await statusOf(1)).lastProof).toMatchObject({ ok: true });
  });

  it('is paid for proven epochs, takes its slots off at the end and gets its stake back', async () => {
    const { provider, id } = providers[1]!;
    const { address } = provider.account;
    const before = await tokenBalance(watcher, address);
    const payday = await settleAndWithdraw(provider);
    const rent = 10n ** 12n * BigInt(agreement.terms.quota);
    expect(payday.earned % ((rent * 99n) / 100n)).toBe(0n);
    expect(payday.earned).toBeGreaterThan(0n);
    expect(await tokenBalance(watcher, address)).toBe(before + payday.withdrawn);

    await closeAgreement(creator, { agreement: agreement.id });
    await syncChain(provider);
    const epoch = await currentEpoch(watcher);
    await goTo(EPOCHS_PER_PERIOD - 1 - (epoch % EPOCHS_PER_PERIOD), 0.3);
    await provers[1]!.tick();
    expect((await readAgreement(watcher, agreement.id)).slots.map((slot) => slot.provider)).toEqual([providers[0]!.id, 0]);
    expect(await provider.store.heldSlot.findMany({ select: { state: true } })).toEqual([{ state: 'ended' }]);

    // The other one is late: all that its draws meet has ended.
    await goTo(1, 0.3);
    await syncChain(providers[0]!.provider);
    await poke(watcher);
    // Its draw is open: a release now would cost the epoch's pay, by whichever command.
    const late = providers[0]!.provider;
    await releaseEnded(late, await currentEpoch(watcher));
    const wallet = { chain: late.chain, creator: late.account.address, views: new AgreementViews(late.chain, 0) };
    expect(await releaseSlots(wallet, { agreement: agreement.id })).toEqual({ slots: [], refund: 0n, later: [0] });
    expect((await readAgreement(watcher, agreement.id)).slots.map((slot) => slot.provider)).toEqual([providers[0]!.id, 0]);
    await provers[0]!.tick();
    expect((await readAgreement(watcher, agreement.id)).slots.map((slot) => slot.provider)).toEqual([0, 0]);

    const { stake } = await readNode(watcher, id);
    const { queued, readyEpoch } = await exit({ chain: provider.chain, id });
    expect(queued).toBe(stake);
    await goTo(readyEpoch! - (await currentEpoch(watcher)), 0.1);
    expect(await withdrawStake(watcher, { id })).toEqual({ amount: parseEther('10') });
  });
});
