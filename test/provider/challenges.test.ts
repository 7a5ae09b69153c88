import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { epochAt, epochStart } from '../../offchain/chain/epoch.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { postChallenge } from '../../offchain/chain/post-challenge.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readChallenge } from '../../offchain/chain/read-challenge.ts';
import { owedToNode } from '../../offchain/chain/read-money.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import { retireBundle } from '../../offchain/chain/retire-bundle.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { noteChallenge } from '../../offchain/provider/challenge-list.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import { requestBytes } from '../../offchain/wire/http-client.ts';
import { startHoldfast } from '../support/holdfast.ts';
import { PACE, paced } from '../support/pace.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askReceipt, creatorOf, fragmentUrl, makeBundle, openTestAgreement, putFragments, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

/** The loops of the services run by themselves here, several times in an epoch; only `goTo` moves the time. */
const EPOCH_SECONDS = paced(10);
let holdfast: TestHoldfast;
let watcher: Chain;
let creator: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;
let bundles: TestBundle[];

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 100, standard: { ...DEVNET.standard, answerEpochs: 2, faultRun: 20 }, bondUnits: 1_000 });
  watcher = await registerHeavy(holdfast);
  providers = [];
  for (let i = 0; i < 3; i++) providers.push(await startTestProvider(holdfast, i, { tickMs: 100, surrenderEpochs: 1 }));
  creator = await creatorOf(holdfast);
  agreement = await openTestAgreement(creator, providers, { k: 1, m: 2 });
  bundles = [makeBundle(agreement, 2, 'first'), makeBundle(agreement, 1, 'second')];
  for (const [number, bundle] of bundles.entries()) await uploadBundle(agreement, providers, bundle, number);
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});

const challenge = (slot: number, bundle: number, batch: number, leaf: number) => postChallenge(creator, { agreement: agreement.id, slot, bundle, batch, leaf });
const events = ({ lines }: TestProvider, event: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
const isOpen = async (number: bigint) => (await readChallenge(watcher, number)) !== undefined;

async function toEpoch(epoch: number, share = 0): Promise<void> {
  const target = epochStart(watcher.clock, epoch) + share * EPOCH_SECONDS;
  const left = Math.ceil(target - (await watcher.nowSeconds()));
  if (left > 0) await holdfast.advance(left);
}

describe('a targeted challenge', () => {
  it('is answered by the provider itself, which wins the bond', async () => {
    const before = await owedToNode(watcher, providers[1]!.id);
    const { challenge: number, bond } = await challenge(1, 0, 1, 33);
    await expect.poll(() => isOpen(number), { timeout: 15_000 * PACE }).toBe(false);
    expect((await owedToNode(watcher, providers[1]!.id)) - before).toBe(bond);
    expect(events(providers[1]!, 'challenge.answered')).toMatchObject([{ challenge: String(number), agreement: agreement.id, slot: 1, bond: String(bond) }]);
    expect(await providers[1]!.provider.store.fact.count({ where: { key: { startsWith: 'challenge/' } } })).toBe(0);
  });

  it('is answered by a provider that was away when it came, and by one that stopped in the middle of it', async () => {
    const { home, provider } = providers[0]!;
    await providers[0]!.stop();
    const { challenge: number } = await challenge(0, 1, 0, 7);
    const again = await startTestProvider(holdfast, 0, { home, tickMs: 100 });
    providers[0] = again;
    await expect.poll(() => isOpen(number), { timeout: 15_000 * PACE }).toBe(false);

    // Seen and noted, then ended before it could answer: by its next start the chain has gone on, and the event is not read again.
    await again.stop();
    const { challenge: second } = await challenge(0, 1, 0, 8);
    const store = await openNodeStore({ home, name: 'state' });
    await noteChallenge(store, second);
    await store.$disconnect();
    for (let block = 0; block < 40; block++) await holdfast.advance(0);
    const third = await startTestProvider(holdfast, 0, { home, tickMs: 100 });
    providers[0] = third;
    await expect.poll(() => isOpen(second), { timeout: 15_000 * PACE }).toBe(false);
    expect(third.id).toBe(provider.id);
  });

  it('waits for a damaged fragment to be sent again, and answers then', async () => {
    const damaged = providers[2]!;
    const batch = bundles[1]!.batches[0]!;
    const path = damaged.provider.files.pathOf({ agreement: agreement.id, slot: 2, batchId: batch.batchId });
    const bytes = await readFile(path);
    bytes.fill(0, 256 * 5, 256 * 6);
    await writeFile(path, bytes);
    const { challenge: number } = await challenge(2, 1, 0, 5);
    await expect.poll(() => events(damaged, 'challenge.not-answered').length, { timeout: 15_000 * PACE }).toBe(1);
    expect(events(damaged, 'challenge.not-answered')[0]).toMatchObject({ slot: 2, error: expect.stringContaining('no longer matches its committed root') });
    await putFragments(agreement, damaged, 2, bundles[1]!);
    await expect.poll(() => isOpen(number), { timeout: 15_000 * PACE }).toBe(false);
    expect(events(damaged, 'slot.surrendered')).toEqual([]);
  });

});

describe('a slot whose bytes are lost', () => {
  it('is surrendered in time, and not before others had a chance to send them again', async () => {
    const loser = providers[2]!;
    for (const batch of bundles[0]!.batches) {
      const path = loser.provider.files.pathOf({ agreement: agreement.id, slot: 2, batchId: batch.batchId });
      await writeFile(path, new Uint8Array((await readFile(path)).length));
    }
    // Whoever reads it notices first: a challenge, a proof, or the scrub.
    await expect(requestBytes(`${fragmentUrl(loser.url, agreement.id, bundles[0]!.batches[0]!.batchId, 2)}?first=3&count=1`, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'NO_SUCH_FRAGMENT' });
    await expect.poll(() => events(loser, 'slot.lost').length, { timeout: 15_000 * PACE }).toBe(1);
    const { surrenderEpoch } = events(loser, 'slot.lost')[0];
    if (epochAt(watcher.clock, await watcher.nowSeconds()) < surrenderEpoch) expect(events(loser, 'slot.surrendered')).toEqual([]);
    await toEpoch(surrenderEpoch);
    await expect.poll(() => events(loser, 'slot.surrendered').length, { timeout: 20_000 * PACE }).toBe(1);
    const { slots } = await readAgreement(watcher, agreement.id);
    expect(slots[2]).toMatchObject({ provider: 0, rent: 4n * 10n ** 12n, vacancy: { from: loser.id, rent: 4n * 10n ** 12n } });
    expect(slots[2]!.vacancy!.reward).toBeGreaterThan(0n);
    await expect.poll(async () => (await loser.provider.store.heldSlot.findFirst())?.state).toBe('ended');
  });
});

describe('a retired bundle', () => {
  it('keeps its bytes while a draw may ask for them, then loses them and nothing else', async () => {
    const { store, files } = providers[0]!.provider;
    const kept = bundles[1]!.batches.map(({ batchId }) => batchId);
    await retireBundle(creator, { agreement: agreement.id, bundle: 0 });
    // One provider promises the same bytes anew, under the next number, which may be committed whenever its creator likes.
    await askReceipt(agreement, providers[1]!, 1, bundles[0]!, 2);
    const epoch = epochAt(watcher.clock, await watcher.nowSeconds());
    await expect.poll(() => store.fact.count({ where: { key: { startsWith: 'retired/' } } }), { timeout: 10_000 * PACE }).toBe(1);
    await toEpoch(epoch + 2, 0.1);
    await expect.poll(() => store.fact.count({ where: { key: { startsWith: 'retired/' } } }), { timeout: 15_000 * PACE }).toBe(0);
    expect((await store.fragment.findMany({ where: { agreement: agreement.id } })).map(({ batchId }) => batchId)).toEqual(kept);
    expect((await files.shelf.list(agreement.id)).map(({ batchId }) => batchId)).toEqual(kept);
    expect(events(providers[0]!, 'bundle.dropped')).toMatchObject([{ agreement: agreement.id, bundle: 0, fragments: 2 }]);
    await expect.poll(() => events(providers[1]!, 'bundle.dropped'), { timeout: 15_000 * PACE }).toMatchObject([{ agreement: agreement.id, bundle: 0, fragments: 0 }]);
    expect(await providers[1]!.provider.store.fragment.count({ where: { agreement: agreement.id, bad: false } })).toBe(3);
    expect(await providers[1]!.provider.files.shelf.list(agreement.id)).toHaveLength(3);
  });

  it('does not keep its provider from proving', async () => {
    const epoch = epochAt(watcher.clock, await watcher.nowSeconds()) + 1;
    await toEpoch(epoch, 0.1);
    await poke(watcher);
    await toEpoch(epoch, 0.3);
    await expect.poll(() => hasProved(watcher, providers[0]!.id, epoch), { timeout: 15_000 * PACE }).toBe(true);
  });

  it('frees its quota for the next upload', async () => {
    expect(await readAgreement(watcher, agreement.id)).toMatchObject({ quota: 4, batches: 3, retiredBatches: 2 });
    const wide = makeBundle(agreement, 3, 'third');
    const holders = providers.slice(0, 2);
    await uploadBundle(agreement, holders, wide, 2);
    expect(await readAgreement(watcher, agreement.id)).toMatchObject({ bundles: 3, batches: 6, retiredBatches: 2 });
  });

  it('makes receipts for what is never committed void, and no more of them are given than a few', async () => {
    const { store } = providers[0]!.provider;
    const [described] = await store.bundleBatch.findMany({ where: { agreement: agreement.id, root: bundles[1]!.root }, take: 1 });
    const root = `0x${'cd'.repeat(32)}`;
    await store.bundleDescription.create({ data: { agreement: agreement.id, root, bundle: 3 } });
    for (let at = 0; at < 4_096; at += 1_024) await store.bundleBatch.createMany({ data: Array.from({ length: 1_024 }, (_, i) => ({ ...described!, root, position: at + i })) });
    const next = makeBundle(agreement, 1, 'fourth');
    await retireBundle(creator, { agreement: agreement.id, bundle: 1 });
    await putFragments(agreement, providers[0]!, 0, next);
    await expect(askReceipt(agreement, providers[0]!, 0, next, 3)).rejects.toMatchObject({ code: 'TOO_MANY_RECEIPTS', remoteStatus: 409, details: { limit: 4_096 } });
    await store.bundleDescription.delete({ where: { agreement_root: { agreement: agreement.id, root } } });
    expect(await askReceipt(agreement, providers[0]!, 0, next, 3)).toMatch(/^0x/);
    // What was promised under a number that others took is void after a day; its bytes live nowhere else.
    const promised = providers[1]!.provider;
    await promised.store.bundleDescription.updateMany({ where: { agreement: agreement.id, root: bundles[0]!.root }, data: { createdAt: new Date(0) } });
    await expect.poll(() => promised.store.bundleDescription.count({ where: { agreement: agreement.id, root: bundles[0]!.root } }), { timeout: 15_000 * PACE }).toBe(0);
  });
});
