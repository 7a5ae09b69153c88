import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { epochStart } from '../../offchain/chain/epoch.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import { retireBundle } from '../../offchain/chain/retire-bundle.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { commitOnce } from '../../offchain/client/upload/commit-once.ts';
import { createFootprint } from '../../offchain/heavy/footprint.ts';
import { dropOld } from '../../offchain/provider/drop-old.ts';
import { Prover } from '../../offchain/provider/prover.ts';
import { dropRetired } from '../../offchain/provider/retired.ts';
import { syncChain } from '../../offchain/provider/sync-chain.ts';
import { takeHistory } from '../support/history.ts';
import type { History } from '../support/history.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { HEAVY, askReceipt, creatorOf, makeBundle, openTestAgreement, putFragments, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestProvider } from './network.ts';

const EPOCH_SECONDS = 1_000;
const CONFIRMATIONS = 4;
let holdfast: TestHoldfast;
let history: History;
let watcher: Chain;
let creator: Chain;
let providers: TestProvider[];

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 50 });
  watcher = await registerHeavy(holdfast);
  providers = [];
  for (let i = 0; i < 3; i++) providers.push(await startTestProvider(holdfast, i, { p2p: { enabled: false } }, holdfast.rpcUrl, CONFIRMATIONS));
  creator = await creatorOf(holdfast);
  history = await takeHistory(holdfast.rpcUrl);
}, 120_000);
afterAll(async () => {
  for (const provider of providers ?? []) await stopTestProvider(provider);
  await holdfast?.stop();
});

const sync = (index: number) => syncChain(providers[index]!.provider);
const held = async (index: number, agreement: number) =>
  (await providers[index]!.provider.store.heldSlot.findMany({ where: { agreement }, orderBy: { slot: 'asc' } })).map(({ slot, state }) => `${slot} ${state}`);
const fragments = (index: number, agreement: number) => providers[index]!.provider.store.fragment.count({ where: { agreement } });
/** The provider's own clock says that the grace period is over. */
const pass = (index: number, agreement: number) => providers[index]!.provider.store.heldSlot.updateMany({ where: { agreement }, data: { since: new Date(0) } });

/** An agreement of providers 0 and 1 with one bundle on their disks. */
async function stored(batches = 1) {
  const two = providers.slice(0, 2);
  const agreement = await openTestAgreement(creator, two);
  const bundle = makeBundle(agreement, batches);
  await uploadBundle(agreement, two, bundle, 0);
  await history.mine(CONFIRMATIONS + 1);
  await sync(0);
  await sync(1);
  return { agreement, bundle };
}

beforeEach(async () => void (await history.mine(1)));

it('an agreement that was opened with others after all is forgotten, and the same number is taken anew', async () => {
  const mark = await history.mark();
  const first = await openTestAgreement(creator, [providers[0]!, providers[1]!]);
  await history.mine(1);
  for (const index of [0, 1, 2]) await sync(index);
  expect([await held(0, first.id), await held(1, first.id), await held(2, first.id)]).toEqual([['0 held'], ['1 held'], []]);
  await history.rewrite(mark, async () => expect((await openTestAgreement(creator, [providers[1]!, providers[2]!])).id).toBe(first.id));
  for (const index of [0, 1, 2]) await sync(index);
  expect([await held(0, first.id), await held(1, first.id), await held(2, first.id)]).toEqual([['0 ended'], ['0 held', '1 ended'], ['1 held']]);
});

it('an agreement that is gone altogether is none of ours, and its bytes stay for a day', async () => {
  const mark = await history.mark();
  const { agreement } = await stored();
  await history.rewrite(mark);
  await sync(0);
  expect(await held(0, agreement.id)).toEqual(['0 ended']);
  const { store } = providers[0]!.provider;
  await store.heldSlot.updateMany({ where: { agreement: agreement.id }, data: { since: new Date(Date.now() - 80_000_000) } });
  await dropOld(providers[0]!.provider);
  expect(await fragments(0, agreement.id)).toBe(1);
  await pass(0, agreement.id);
  await dropOld(providers[0]!.provider);
  expect(await fragments(0, agreement.id)).toBe(0);
});

describe('bytes', () => {
  it('of a retired bundle stay until nothing can take the retirement back, and when it is taken back', async () => {
    const { agreement } = await stored();
    const { provider } = providers[0]!;
    const retire = async () => {
      await retireBundle(creator, { agreement: agreement.id, bundle: 0 });
      await holdfast.advance(3 * EPOCH_SECONDS);
      await sync(0);
      await dropRetired(provider);
    };
    const mark = await history.mark();
    await retire();
    expect(await fragments(0, agreement.id)).toBe(1);
    await history.rewrite(mark);
    await history.mine(CONFIRMATIONS);
    await sync(0);
    await dropRetired(provider);
    expect(await fragments(0, agreement.id)).toBe(1);
    await retire();
    expect(await fragments(0, agreement.id)).toBe(1);
    await history.mine(CONFIRMATIONS);
    await dropRetired(provider);
    expect(await fragments(0, agreement.id)).toBe(0);
  });

  it('of a lost slot stay likewise, and the slot is held again', async () => {
    const { agreement } = await stored();
    const { provider } = providers[0]!;
    const lose = async () => {
      // With another chain object: the provider's own would send it again.
      await surrender(await holdfast.as(2), { agreement: agreement.id, slot: 0 });
      await sync(0);
      expect(await held(0, agreement.id)).toEqual(['0 ended']);
      await pass(0, agreement.id);
      await dropOld(provider);
      expect(await fragments(0, agreement.id)).toBe(1);
    };
    const mark = await history.mark();
    await lose();
    await history.rewrite(mark);
    await sync(0);
    expect(await held(0, agreement.id)).toEqual(['0 held']);
    await lose();
    await history.mine(CONFIRMATIONS);
    await dropOld(provider);
    expect(await fragments(0, agreement.id)).toBe(0);
    expect(await held(0, agreement.id)).toEqual([]);
  });

  it('are not dropped because the chain does not answer', async () => {
    const { agreement } = await stored();
    const { provider } = providers[0]!;
    await provider.store.heldSlot.updateMany({ where: { agreement: agreement.id }, data: { state: 'ended', since: new Date(0) } });
    const away = { ...provider, chain: { ...provider.chain, read: () => Promise.reject(new Error('away')) } } as typeof provider;
    await expect(dropOld(away)).rejects.toThrow();
    expect(await fragments(0, agreement.id)).toBe(1);
    // The chain says that it is ours: whatever the row says.
    await dropOld(provider);
    expect(await held(0, agreement.id)).toEqual(['0 held']);
  });
});

it('bundles that others took the place of are known as the chain has them now', async () => {
  const { agreement } = await stored();
  const two = providers.slice(0, 2);
  const [a, b, c] = ['a', 'b', 'c'].map((seed) => makeBundle(agreement, 1, seed));
  const mark = await history.mark();
  await uploadBundle(agreement, two, a!, 1);
  await uploadBundle(agreement, two, b!, 2);
  await sync(0);
  await history.rewrite(mark, async () => {
    await uploadBundle(agreement, two, c!, 1);
    await uploadBundle(agreement, two, b!, 2);
  });
  await sync(0);
  const known = await providers[0]!.provider.store.committedBundle.findMany({ where: { agreement: agreement.id }, orderBy: { bundle: 'asc' } });
  expect(known.slice(1).map(({ root }) => root)).toEqual([c!.root, b!.root]);
});

it('a commit that is taken back is sent again, and counts when enough blocks lie on it', async () => {
  const agreement = await openTestAgreement(creator, providers.slice(0, 2));
  const bundle = makeBundle(agreement, 1, 'commit');
  const receipts = [];
  for (const [slot, provider] of providers.slice(0, 2).entries()) {
    await putFragments(agreement, provider, slot, bundle);
    receipts.push({ slot, signature: await askReceipt(agreement, provider, slot, bundle, 0) });
  }
  const mark = await history.mark();
  let isStored = false;
  const patient = await holdfast.as(10, { confirmations: CONFIRMATIONS });
  const storing = commitOnce(patient, { agreement: agreement.id, bundle: 0, root: bundle.root, batches: 1, receipts }).then(() => (isStored = true));
  const bundles = async () => (await readAgreement(watcher, agreement.id)).bundles;
  await expect.poll(bundles, { timeout: 10_000 }).toBe(1);
  await history.mine(CONFIRMATIONS - 2);
  await history.rewrite(mark);
  expect(await bundles()).toBe(0);
  await expect.poll(bundles, { timeout: 10_000 }).toBe(1);
  expect(isStored).toBe(false);
  await history.mine(CONFIRMATIONS);
  await storing;
  expect(await bundles()).toBe(1);
});

it('a proof that is taken back is sent again', async () => {
  await stored();
  await poke(watcher);
  const { clock } = watcher;
  const next = epochStart(clock, (await currentEpoch(watcher)) + 1) + 0.3 * EPOCH_SECONDS;
  await holdfast.advance(Math.ceil(next - (await watcher.nowSeconds())));
  await poke(watcher);
  const { provider, lines } = providers[0]!;
  await expect.poll(() => provider.chain.nowSeconds(), { timeout: 10_000 }).toBeGreaterThanOrEqual(next);
  const epoch = await currentEpoch(watcher);
  const mark = await history.mark();
  const prover = new Prover(provider, () => 0);
  await prover.tick();
  expect(await hasProved(watcher, provider.id, epoch)).toBe(true);
  await history.rewrite(mark);
  expect(await hasProved(watcher, provider.id, epoch)).toBe(false);
  await prover.tick();
  expect(await hasProved(watcher, provider.id, epoch)).toBe(true);
  expect(lines.some((line) => line.includes('"proof.gone"'))).toBe(true);
});

it('a heavy node forgets agreements and proofs that did not happen', async () => {
  const footprint = createFootprint({ chain: watcher, id: HEAVY });
  await footprint.follow();
  const before = footprint.agreements();
  const mark = await history.mark();
  const { id } = await openTestAgreement(creator, providers.slice(0, 2));
  await footprint.follow();
  expect(footprint.agreements()).toEqual([...before, id]);
  footprint.forgetChallenge(7n);
  await history.rewrite(mark);
  await footprint.follow();
  expect(footprint.agreements()).toEqual(before);
  expect(footprint.reorganisations()).toBe(1);
  await openTestAgreement(creator, providers.slice(1, 3));
  await footprint.follow();
  expect(footprint.agreements()).toEqual([...before, id]);
});
