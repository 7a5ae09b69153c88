import { keccak256, parseEther, toHex, zeroAddress } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledge } from '../../offchain/chain/acknowledge.ts';
import { agreementsOf } from '../../offchain/chain/agreements-of.ts';
import { agreementsWithFootprint } from '../../offchain/chain/agreements-with-footprint.ts';
import { approveTokens, readAllowance } from '../../offchain/chain/approve-tokens.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { setEndpoint, setPayout } from '../../offchain/chain/change-node.ts';
import { closeAgreement } from '../../offchain/chain/close-agreement.ts';
import { commitBundle } from '../../offchain/chain/commit-bundle.ts';
import { creatorNonce } from '../../offchain/chain/creator-nonce.ts';
import { currentEpoch, currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { epochSeed } from '../../offchain/chain/epoch-seed.ts';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import { listNodes } from '../../offchain/chain/list-nodes.ts';
import { nodeIdOf } from '../../offchain/chain/node-id-of.ts';
import { costOf, openAgreement } from '../../offchain/chain/open-agreement.ts';
import { poke } from '../../offchain/chain/poke.ts';
import { prove } from '../../offchain/chain/prove.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { readDraws } from '../../offchain/chain/read-draws.ts';
import { owedTo, owedToNode, readRail, tokenBalance } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { readNodes } from '../../offchain/chain/read-nodes.ts';
import { hasProved, isFaulted, provenEpochs } from '../../offchain/chain/read-proofs.ts';
import { releaseSlots } from '../../offchain/chain/release-slots.ts';
import { replaceSlot } from '../../offchain/chain/replace-slot.ts';
import { reportMisses } from '../../offchain/chain/report-misses.ts';
import { settle } from '../../offchain/chain/settle.ts';
import { slotsOfProvider } from '../../offchain/chain/slots-of-provider.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { queueWithdrawal, withdrawStake } from '../../offchain/chain/withdraw-stake.ts';
import { withdraw, withdrawNode } from '../../offchain/chain/withdraw.ts';
import { BATCH_LOG2_MAX, BATCH_LOG2_MIN, FEE_BPS_MAX, PERIODS_MAX, SLOTS_MAX } from '../../offchain/wire/limits.ts';
import type { SignedOffer } from '../../offchain/wire/messages.ts';
import { signTyped } from '../../offchain/wire/typed-data.ts';
import type { Terms } from '../../offchain/wire/typed-data.ts';
import { addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

const EPOCH = 10_000;
const PRICE = 10n ** 12n;
const root = keccak256(toHex('a bundle'));

let holdfast: TestHoldfast;
let creator: Chain;
let heavy: Chain;
/** Nodes 2, 3 hold the slots; node 4 is the spare. */
let providers: Chain[];
let terms: Terms;

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH });
  creator = await holdfast.as(0);
  await buyTokens(creator, { coin: parseEther('1') });
  ({ heavy, providers } = await registerNodes(holdfast, 3));
}, 90_000);
afterAll(() => holdfast.stop());

async function expirySeconds(): Promise<number> {
  return Math.floor(await creator.nowSeconds()) + 100 * EPOCH;
}

function provider(id: number): Chain {
  return providers[id - 2] as Chain;
}

async function offersOf(): Promise<SignedOffer[]> {
  const expiry = await expirySeconds();
  return Promise.all(
    [2, 3].map(async (id) => {
      const signature = await signTyped(provider(id).account!, creator.domain, 'Offer', { terms, provider: id, price: PRICE, expiry });
      return { provider: id, price: PRICE, expiry, signature };
    }),
  );
}

async function receiptOf(id: number, slot: number): Promise<{ slot: number; signature: Hex }> {
  const message = { agreement: 1, bundle: 0, root, batches: 2, slot };
  return { slot, signature: await signTyped(provider(id).account!, creator.domain, 'Receipt', message) };
}

/** One story in order: each step stands on the one before. */
describe('the life of an agreement', { concurrent: false }, () => {
  it('the limits of the wire are those of the contract', async () => {
    const constant = (functionName: 'MAX_SLOTS' | 'MIN_BATCH_LOG2' | 'MAX_BATCH_LOG2' | 'MAX_FEE_BPS' | 'MAX_PERIODS') =>
      creator.read({ address: creator.deployment.market, abi: marketAbi, functionName });
    const onChain = await Promise.all((['MAX_SLOTS', 'MIN_BATCH_LOG2', 'MAX_BATCH_LOG2', 'MAX_FEE_BPS', 'MAX_PERIODS'] as const).map(constant));
    expect(onChain.map(Number)).toEqual([SLOTS_MAX, BATCH_LOG2_MIN, BATCH_LOG2_MAX, FEE_BPS_MAX, PERIODS_MAX]);
  });

  it('nodes are registered, found, and changed', async () => {
    const nodes = await listNodes(creator);
    expect(nodes.map(({ id, tier, region, parent, stake }) => ({ id, tier, region, parent, stake }))).toEqual([
      { id: 1, tier: 'heavy', region: 1, parent: 0, stake: 0n },
      { id: 2, tier: 'standard', region: 1, parent: 1, stake: parseEther('100') },
      { id: 3, tier: 'standard', region: 2, parent: 1, stake: parseEther('100') },
      { id: 4, tier: 'standard', region: 3, parent: 1, stake: parseEther('100') },
    ]);
    expect(await readNodes(creator, [3, 1])).toEqual([nodes[2], nodes[0]]);
    expect(await nodeIdOf(creator, addressOf(heavy))).toBe(1);
    expect(await nodeIdOf(creator, addressOf(creator))).toBeUndefined();
    await setEndpoint(heavy, { id: 1, endpoint: 'http://127.0.0.1:9' });
    expect((await readNode(creator, 1)).endpoint).toBe('http://127.0.0.1:9');
    await expect(readNode(creator, 99)).rejects.toMatchObject({ code: 'NO_SUCH_NODE' });
    await expect(setPayout(creator, { id: 1, payout: addressOf(creator) })).rejects.toMatchObject({ errorName: 'NotPayout' });
  });

  const nextNonce = (chain: Chain): Promise<number> => chain.public.getTransactionCount({ address: addressOf(chain) });

  it('opens with a permit: one transaction, the exact cost', async () => {
    terms = { creator: addressOf(creator), nonce: await creatorNonce(creator, addressOf(creator)), heavy: 1, feeBps: 100, k: 1, m: 1, batchLog2: 16, quota: 4, endPeriod: (await currentPeriod(creator)) + 5 };
    const offers = await offersOf();
    const cost = costOf(creator.clock, { terms, offers, epoch: await currentEpoch(creator) });
    const before = await nextNonce(creator);
    const tooLow = openAgreement(creator, { terms, offers, maxCost: cost - 1n });
    await expect(tooLow).rejects.toMatchObject({ errorName: 'CostAboveLimit', args: { cost, limit: cost - 1n } });
    expect(await nextNonce(creator)).toBe(before);
    expect(await openAgreement(creator, { terms, offers, maxCost: cost })).toMatchObject({ id: 1, paid: cost });
    expect(await tokenBalance(creator, creator.deployment.market)).toBe(cost);
    expect([await nextNonce(creator), await readAllowance(creator, creator.deployment.market)]).toEqual([before + 1, 0n]);
  });

  it('offers count once and only as signed', async () => {
    const offers = await offersOf();
    await approveTokens(creator, { spender: creator.deployment.market, amount: parseEther('1') });
    await expect(openAgreement(creator, { terms, offers, maxCost: parseEther('1') })).rejects.toMatchObject({ errorName: 'WrongNonce' });
    const next = { ...terms, nonce: 1 };
    await expect(openAgreement(creator, { terms: next, offers, maxCost: parseEther('1') })).rejects.toMatchObject({ errorName: 'BadSignature' });
  });

  it('is read back whole', async () => {
    const state = await readAgreement(creator, 1);
    expect(state).toMatchObject({ id: 1, creator: addressOf(creator), k: 1, m: 1, n: 2, batchLog2: 16, heavy: 1, feeBps: 100, quota: 4, bundles: 0, batches: 0, turns: 0 });
    expect(state.slots.map(({ slot, provider: id, parent, rent, faulted }) => ({ slot, id, parent, rent, faulted }))).toEqual([
      { slot: 0, id: 2, parent: 1, rent: 4n * PRICE, faulted: false },
      { slot: 1, id: 3, parent: 1, rent: 4n * PRICE, faulted: false },
    ]);
    await expect(readAgreement(creator, 2)).rejects.toMatchObject({ code: 'NO_SUCH_AGREEMENT' });
    expect(await agreementsOf(creator, addressOf(creator))).toEqual([1]);
    expect(await agreementsOf(creator, addressOf(heavy))).toEqual([]);
    expect(await agreementsWithFootprint(creator, 1)).toEqual([1]);
    expect(await slotsOfProvider(creator, 3)).toEqual([{ agreement: 1, slot: 1 }]);
    expect(await readRail(creator, { provider: 2, heavy: 1, parent: 1 })).toMatchObject({ rate: 4n * PRICE, fee: (4n * PRICE) / 100n });
  });

  it('takes a bundle with the receipts of a quorum, and late ones after', async () => {
    await expect(readBundle(creator, 1, 0)).rejects.toMatchObject({ code: 'NO_SUCH_BUNDLE' });
    const [first, second] = [await receiptOf(2, 0), await receiptOf(3, 1)];
    await expect(commitBundle(creator, { agreement: 1, root, batches: 2, receipts: [first] })).rejects.toMatchObject({ errorName: 'TooFewReceipts' });
    await expect(commitBundle(creator, { agreement: 1, root, batches: 5, receipts: [first, second] })).rejects.toMatchObject({ errorName: 'QuotaExceeded' });
    // Given in any order.
    expect(await commitBundle(creator, { agreement: 1, root, batches: 2, receipts: [second, first] })).toMatchObject({ bundle: 0, first: 0 });
    expect(await readBundle(creator, 1, 0)).toMatchObject({ root, first: 0, batches: 2, acknowledged: 3n });
    await expect(acknowledge(creator, { agreement: 1, bundle: 0, ...first })).rejects.toMatchObject({ errorName: 'AlreadyAcknowledged' });
  });

  it('draws follow the seed; a proof counts once', async () => {
    const epoch = await currentEpoch(creator);
    expect(await epochSeed(creator, epoch)).toBeUndefined();
    await expect(readDraws(creator, 2)).rejects.toMatchObject({ errorName: 'SeedUnknown', retryable: true });
    const fixed = await poke(heavy);
    expect(fixed).toEqual({ epoch, seed: await epochSeed(creator, epoch) });
    expect(await poke(heavy)).toBeUndefined();
    const { epoch: drawn, draws } = await readDraws(creator, 2);
    expect(drawn).toBe(epoch);
    // What was committed in this very epoch is not drawn yet.
    expect(draws.map((draw) => draw.isVoid)).toEqual([true, true, true, true, true]);
    expect(await prove(provider(2), { provider: 2, proof: '0x' })).toMatchObject({ epoch });
    await expect(prove(heavy, { provider: 2, proof: '0x' })).rejects.toMatchObject({ errorName: 'AlreadyProven' });
    expect(await hasProved(creator, 2, epoch)).toBe(true);
    expect(await provenEpochs(creator, { provider: 2, from: 0, to: epoch + 1 })).toBe(1);
  });

  it('the next epoch draws what was committed, and refuses empty proofs', async () => {
    await holdfast.advance(EPOCH);
    await poke(heavy);
    const { draws } = await readDraws(creator, 3);
    expect(draws.length).toBe(5);
    for (const draw of draws) {
      expect(draw).toMatchObject({ isVoid: false, agreement: 1, slot: 1, leaves: 256, n: 2 });
      expect(draw.batch).toBeLessThan(2);
      expect(draw.leaf).toBeLessThan(256);
    }
    await expect(prove(provider(3), { provider: 3, proof: '0x' })).rejects.toMatchObject({ errorName: 'ProofTooShort' });
  });

  it('settles what was proven and pays it out', async () => {
    const { earned, fee } = await settle(heavy, { provider: 2, heavy: 1, parent: 1 });
    // A fifth of the fee is burned.
    expect({ earned, fee }).toEqual({ earned: (4n * PRICE * 99n) / 100n, fee: (4n * PRICE * 80n) / 10_000n });
    expect(await settle(heavy, { provider: 2, heavy: 1, parent: 1 })).toEqual({ earned: 0n, fee: 0n, parentFee: 0n });
    expect(await owedToNode(creator, 2)).toBe(earned);
    expect(await withdrawNode(heavy, { id: 2 })).toEqual({ amount: earned });
    await expect(withdrawNode(heavy, { id: 2 })).rejects.toMatchObject({ errorName: 'NothingOwed' });
  });

  it('a run of misses makes a provider faulted; a successor takes its slot', async () => {
    expect(await isFaulted(creator, 3)).toBe(false);
    await holdfast.advance(5 * EPOCH);
    expect(await isFaulted(creator, 3)).toBe(true);
    const succession = { agreement: 1, slot: 1, provider: 4, price: PRICE, bundles: 1, turn: 0, expiry: await expirySeconds(), repairer: zeroAddress };
    const signature = await signTyped(provider(4).account!, creator.domain, 'Succession', succession);
    const stale = replaceSlot(heavy, { succession: { ...succession, turn: 1 }, signature });
    await expect(stale).rejects.toMatchObject({ errorName: 'WrongSuccession' });
    const { from, slashed, bounty } = await replaceSlot(heavy, { succession, signature });
    expect(from).toBe(3);
    expect(bounty).toBe(slashed / 4n);
    expect(await owedTo(creator, addressOf(heavy))).toBe(bounty);
    expect(await slotsOfProvider(creator, 3)).toEqual([]);
    expect(await slotsOfProvider(creator, 4)).toEqual([{ agreement: 1, slot: 1 }]);
    expect((await readAgreement(creator, 1)).turns).toBe(1);
  });

  it('misses of the past period are reported once', async () => {
    const period = await currentPeriod(creator);
    await expect(reportMisses(heavy, { providers: [2], period })).rejects.toMatchObject({ errorName: 'CannotReport' });
    const [report] = await reportMisses(heavy, { providers: [2], period: period - 1 });
    expect(report).toMatchObject({ provider: 2 });
    expect(report?.reward).toBe((report?.slashed ?? 0n) / 10n);
    expect(await reportMisses(heavy, { providers: [2], period: period - 1 })).toEqual([]);
  });

  it('closes, is released, and pays back', async () => {
    await expect(closeAgreement(heavy, { agreement: 1 })).rejects.toMatchObject({ errorName: 'NotCreator' });
    const { endPeriod, refund } = await closeAgreement(creator, { agreement: 1 });
    expect(refund).toBeGreaterThan(0n);
    await expect(releaseSlots(heavy, { agreement: 1, slots: [0, 1] })).rejects.toMatchObject({ errorName: 'AgreementRunning' });
    const { epochsPerPeriod } = creator.clock;
    await holdfast.advance(EPOCH * (endPeriod * epochsPerPeriod - (await currentEpoch(creator))));
    const { refund: missed } = await releaseSlots(heavy, { agreement: 1, slots: [0, 1] });
    expect(missed).toBeGreaterThan(0n);
    expect((await readAgreement(creator, 1)).slots.map((slot) => slot.provider)).toEqual([0, 0]);
    expect(await slotsOfProvider(creator, 4)).toEqual([]);
    const owed = await owedTo(creator, addressOf(creator));
    expect(await withdraw(creator)).toEqual({ amount: owed });
  });

  it('stake comes back after its delay', async () => {
    const free = (await readNode(creator, 4)).stake;
    const { readyEpoch } = await queueWithdrawal(provider(4), { id: 4, amount: free });
    await expect(withdrawStake(heavy, { id: 4 })).rejects.toMatchObject({ errorName: 'WithdrawalNotReady', retryable: true });
    await holdfast.advance(EPOCH * (readyEpoch - (await currentEpoch(creator))));
    expect(await withdrawStake(heavy, { id: 4 })).toEqual({ amount: free });
  });
});
