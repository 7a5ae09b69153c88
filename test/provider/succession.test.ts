import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../../offchain/chain/types.ts';
import { epochAt } from '../../offchain/chain/epoch.ts';
import { isFaulted } from '../../offchain/chain/read-proofs.ts';
import { replaceSlot } from '../../offchain/chain/replace-slot.ts';
import { dropOld } from '../../offchain/provider/drop-old.ts';
import { Prover } from '../../offchain/provider/prover.ts';
import { syncChain } from '../../offchain/provider/sync-chain.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { SuccessionReply } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { askReceipt, creatorOf, makeBundle, openTestAgreement, putFragments, registerHeavy, sessionOf, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

const EPOCH_SECONDS = 1_000;
let holdfast: TestHoldfast;
let heavy: Chain;
let providers: TestProvider[];
let spare: TestProvider;
let agreement: TestAgreement;
let bundle: TestBundle;
let heavyHeader: string;

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 20 });
  heavy = await registerHeavy(holdfast);
  providers = [await startTestProvider(holdfast, 0), await startTestProvider(holdfast, 1)];
  // Asks more than the slot pays, and takes it over all the same.
  spare = await startTestProvider(holdfast, 2, { price: { perBatchEpoch: 13n * 10n ** 11n } });
  agreement = await openTestAgreement(await creatorOf(holdfast), providers);
  bundle = makeBundle(agreement, 2);
  await uploadBundle(agreement, providers, bundle, 0);
  heavyHeader = await sessionOf(heavy, agreement.id, 86_400);
}, 120_000);
afterAll(async () => {
  for (const provider of [...providers, spare]) await stopTestProvider(provider);
  await holdfast.stop();
});

const ask = (provider: TestProvider, header: string) =>
  requestJson(`${provider.url}/successions`, { method: 'POST', body: { agreement: agreement.id, slot: 1 }, headers: { authorization: header }, schema: SuccessionReply });

describe('a succession', () => {
  it('is prepared by the heavy node alone', async () => {
    await expect(ask(spare, agreement.header)).rejects.toMatchObject({ code: 'NOT_MY_SLOT' });
    await expect(putFragments(agreement, spare, 1, bundle)).rejects.toMatchObject({ code: 'NOT_MY_SLOT' });
    await expect(ask(providers[1]!, heavyHeader)).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
  });

  it('is signed only when every committed bundle is described and held', async () => {
    await expect(ask(spare, heavyHeader)).rejects.toMatchObject({ code: 'BUNDLES_MISSING', remoteStatus: 409 });
    await putFragments(agreement, spare, 1, bundle, heavyHeader);
    await expect(ask(spare, heavyHeader)).rejects.toMatchObject({ code: 'BUNDLES_MISSING' });
    await askReceipt(agreement, spare, 1, bundle, 0, heavyHeader);
    const { store } = spare.provider;
    expect(await store.heldSlot.findMany()).toMatchObject([{ agreement: agreement.id, slot: 1, state: 'candidate' }]);
    await store.fragment.updateMany({ where: { batchId: bundle.batches[0]!.batchId }, data: { bad: true } });
    await expect(ask(spare, heavyHeader)).rejects.toMatchObject({ code: 'FRAGMENTS_MISSING' });
    await store.fragment.updateMany({ data: { bad: false } });
    expect(await ask(spare, heavyHeader)).toMatchObject({ provider: spare.id, price: 10n ** 12n, bundles: 1, turn: 0 });
  });

  it('is refused where the slot pays less than the least that is configured', async () => {
    const { provider } = spare;
    const before = provider.config.successionPercent;
    Object.assign(provider.config, { successionPercent: 80 });
    await expect(ask(spare, heavyHeader)).rejects.toMatchObject({ code: 'TERMS_REFUSED', message: expect.stringContaining('1040000000000') });
    Object.assign(provider.config, { successionPercent: before });
    expect(await ask(spare, heavyHeader)).toMatchObject({ price: 10n ** 12n });
  });

  it('replaces a provider that stopped proving, and the successor proves in the same epoch', async () => {
    await holdfast.advance(5 * EPOCH_SECONDS);
    await expect.poll(() => isFaulted(heavy, providers[1]!.id)).toBe(true);
    for (const chain of [heavy, spare.provider.chain]) await expect.poll(() => chain.nowSeconds()).toBeGreaterThan(heavy.clock.genesis + 5 * EPOCH_SECONDS);
    const header = await sessionOf(heavy, agreement.id);
    const { signature, ...terms } = await ask(spare, header);
    await replaceSlot(heavy, { succession: { agreement: agreement.id, slot: 1, ...terms }, signature });
    await syncChain(spare.provider);
    expect(await spare.provider.store.heldSlot.findMany()).toMatchObject([{ slot: 1, state: 'held', parent: 1 }]);

    const now = await spare.provider.chain.nowSeconds();
    const { clock } = heavy;
    const share = ((now - clock.genesis) % EPOCH_SECONDS) / EPOCH_SECONDS;
    if (share < 0.3) await holdfast.advance(Math.ceil((0.3 - share) * EPOCH_SECONDS));
    await expect.poll(async () => (((await spare.provider.chain.nowSeconds()) - clock.genesis) % EPOCH_SECONDS) / EPOCH_SECONDS).toBeGreaterThan(0.29);
    await new Prover(spare.provider, () => 0).tick();
    const epoch = epochAt(clock, await spare.provider.chain.nowSeconds());
    expect(await spare.provider.store.proofOutcome.findMany()).toMatchObject([{ epoch, ok: true }]);
  });

  it('frees the bytes of the replaced provider after the grace period', async () => {
    const { provider } = providers[1]!;
    await syncChain(provider);
    expect(await provider.store.heldSlot.findMany()).toMatchObject([{ slot: 1, state: 'ended' }]);
    await dropOld(provider);
    expect(await provider.store.fragment.count()).toBe(2);
    await provider.store.heldSlot.updateMany({ data: { since: new Date(0) } });
    await dropOld(provider);
    expect(await provider.store.fragment.count()).toBe(0);
    expect(await provider.store.bundleDescription.count()).toBe(0);
    expect(await provider.files.shelf.agreements()).toEqual([]);
  });
});

describe('dropOld', () => {
  it('gives up void receipts, abandoned uploads and candidates, and nothing that is committed', async () => {
    const { provider } = providers[0]!;
    const { store } = provider;
    const pending = makeBundle(agreement, 1, 'pending');
    await syncChain(provider);
    await putFragments(agreement, providers[0]!, 0, pending, await sessionOf(agreement.creator, agreement.id));
    await askReceipt(agreement, providers[0]!, 0, pending, 1, await sessionOf(agreement.creator, agreement.id));
    await store.fragment.updateMany({ data: { createdAt: new Date(0) } });
    await store.bundleDescription.updateMany({ data: { createdAt: new Date(0) } });
    await dropOld(provider);
    expect(await store.fragment.count()).toBe(3);
    // Once the chain has another bundle under number 1, the receipt is worth nothing.
    const other = makeBundle(agreement, 1, 'other');
    await uploadBundle({ ...agreement, header: await sessionOf(agreement.creator, agreement.id) }, [providers[0]!, spare], other, 1);
    await syncChain(provider);
    await dropOld(provider);
    expect(await store.fragment.count({ where: { batchId: pending.batches[0]!.batchId } })).toBe(0);
    expect(await store.fragment.count()).toBe(3);
    expect((await store.bundleDescription.findMany({ select: { root: true } })).map(({ root }) => root).sort()).toEqual([bundle.root, other.root].sort());
  });
});
