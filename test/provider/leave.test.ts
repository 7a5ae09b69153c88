import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { commitBundle } from '../../offchain/chain/commit-bundle.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { earningsOf } from '../../offchain/provider/earnings.ts';
import { setLeaving } from '../../offchain/provider/leaving.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { ExtensionReply } from '../../offchain/wire/messages.ts';
import { recoverTyped } from '../../offchain/wire/typed-data.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { PACE } from '../support/pace.ts';
import { askOffer, askReceipt, creatorOf, makeBundle, openTestAgreement, putFragments, registerHeavy, startTestProvider, stopTestProvider, termsOf, uploadBundle } from './network.ts';
import type { TestAgreement, TestProvider } from './network.ts';

let holdfast: TestHoldfast;
let watcher: Chain;
let creator: Chain;
let providers: TestProvider[];
let agreement: TestAgreement;

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: 3, epochsPerPeriod: 4, withdrawalEpochs: 1, standard: { ...DEVNET.standard, faultRun: 30, missAllowance: 30 } });
  watcher = await registerHeavy(holdfast);
  providers = [];
  for (let i = 0; i < 4; i++) providers.push(await startTestProvider(holdfast, i, { tickMs: 100 }));
  creator = await creatorOf(holdfast);
  agreement = await openTestAgreement(creator, providers.slice(0, 3), { k: 1, m: 2, endPeriod: 400 });
  await uploadBundle(agreement, providers.slice(0, 3), makeBundle(agreement, 2), 0);
}, 120_000);
afterAll(async () => {
  for (const provider of providers) await stopTestProvider(provider);
  await holdfast.stop();
});

const askExtension = ({ url }: TestProvider, newEndPeriod: number) =>
  requestJson(`${url}/extensions`, { method: 'POST', body: { agreement: agreement.id, newEndPeriod }, schema: ExtensionReply });

describe('a provider', () => {
  it('signs a longer term of the slot that it holds, and of no other', async () => {
    const consent = await askExtension(providers[1]!, 410);
    const { signature, ...terms } = consent;
    expect(terms).toEqual({ slot: 1, endPeriod: 400, newEndPeriod: 410, turn: 0 });
    expect(await recoverTyped(watcher.domain, 'Extension', { agreement: agreement.id, ...terms }, signature)).toBe(providers[1]!.provider.account.address);
    await expect(askExtension(providers[3]!, 410)).rejects.toMatchObject({ code: 'NO_SLOT_HERE', remoteStatus: 409 });
    await expect(askExtension(providers[1]!, 400)).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
    await expect(askExtension(providers[1]!, 10_000)).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
  });

  it('hands in its own receipt when the commit went without it', async () => {
    const bundle = makeBundle(agreement, 1, 'late');
    const holders = providers.slice(0, 3);
    const receipts = [];
    for (const [slot, provider] of holders.entries()) {
      await putFragments(agreement, provider, slot, bundle);
      const signature = await askReceipt(agreement, provider, slot, bundle, 1);
      if (slot < 2) receipts.push({ slot, signature });
    }
    await commitBundle(creator, { agreement: agreement.id, root: bundle.root, batches: 1, receipts });
    await expect.poll(async () => (await readBundle(watcher, agreement.id, 1)).acknowledged, { timeout: 15_000 * PACE }).toBe(7n);
  });

  it('says what it earned', async () => {
    await expect.poll(async () => (await earningsOf(watcher, providers[1]!.id)).unsettled, { timeout: 20_000 * PACE }).toBeGreaterThan(0n);
    expect(await earningsOf(watcher, providers[1]!.id)).toMatchObject({ provider: providers[1]!.id, paid: 0n, slashed: 0n, queued: 0n });
  });

  it('that leaves hands its slot over as it is, and takes its stake out', async () => {
    const [leaver, , , heir] = providers as [TestProvider, TestProvider, TestProvider, TestProvider];
    await setLeaving(leaver.provider.store, true);
    await expect(askExtension(leaver, 410)).rejects.toMatchObject({ code: 'TERMS_REFUSED', message: expect.stringContaining('about to leave') });
    await expect(askOffer(creator, leaver.url, await termsOf(creator))).rejects.toMatchObject({ code: 'TERMS_REFUSED' });
    await expect.poll(async () => (await readAgreement(watcher, agreement.id)).slots[0]!.provider, { timeout: 60_000 * PACE }).toBe(heir.id);
    await expect.poll(() => leaver.lines.some((line) => line.includes('slot.handed-over')), { timeout: 15_000 * PACE }).toBe(true);
    await expect(putFragments(agreement, leaver, 0, makeBundle(agreement, 1, 'behind'))).rejects.toMatchObject({ code: 'NOT_MY_SLOT' });
    expect(await heir.provider.store.fragment.count({ where: { agreement: agreement.id, slot: 0, bad: false } })).toBe(3);
    await expect.poll(async () => (await readNode(watcher, leaver.id)).stake, { timeout: 30_000 * PACE }).toBe(0n);
    expect((await earningsOf(watcher, leaver.id)).slashed).toBe(0n);
  });
});
