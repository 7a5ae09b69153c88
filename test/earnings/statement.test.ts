/** Statements from events alone, against what the contracts hold: to the unit, after each act of a market's life. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEther } from 'viem';
import type { Address } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimReward } from '../../offchain/chain/claim-reward.ts';
import { closeAgreement } from '../../offchain/chain/close-agreement.ts';
import { currentEpoch, currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { endowFund } from '../../offchain/chain/endow-fund.ts';
import { foundFund } from '../../offchain/chain/found-fund.ts';
import { marketAbi } from '../../offchain/chain/generated/abi.ts';
import { giveNotice } from '../../offchain/chain/give-notice.ts';
import { lockAgreement } from '../../offchain/chain/lock-agreement.ts';
import { authoriseRenewal, takePot, topUp } from '../../offchain/chain/pot.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readRail, tokenBalance } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { provenEpochs } from '../../offchain/chain/read-proofs.ts';
import { releaseFund } from '../../offchain/chain/release-fund.ts';
import { releaseSlots } from '../../offchain/chain/release-slots.ts';
import { reportMisses } from '../../offchain/chain/report-misses.ts';
import { settle } from '../../offchain/chain/settle.ts';
import { surrender } from '../../offchain/chain/surrender.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { withdraw, withdrawNode } from '../../offchain/chain/withdraw.ts';
import { sum } from '../../offchain/earnings/amounts.ts';
import { readCreatorAccount } from '../../offchain/earnings/creator-statement.ts';
import { GROUPINGS, linesOf } from '../../offchain/earnings/group.ts';
import { readHeavyAccount } from '../../offchain/earnings/heavy-statement.ts';
import { readProviderAccount } from '../../offchain/earnings/provider-statement.ts';
import { readStatement } from '../../offchain/earnings/read-statement.ts';
import { runCli, temporaryFolder } from '../cli/run-cli.ts';
import { addressOf } from '../support/holdfast.ts';
import { PRICE, type Story, startStory } from './story.ts';

const PROVIDERS = [2, 3, 4, 5, 6];
let story: Story;
let market: Address;
let watcher: Chain;

beforeAll(async () => {
  story = await startStory();
  watcher = await story.holdfast.as(19);
  market = watcher.deployment.market;
});
afterAll(() => story?.holdfast.stop());

/** Everybody's statement, and with them the market's whole balance. */
async function check(): Promise<void> {
  const epoch = await currentEpoch(watcher);
  let held = 0n;
  let fees = 0n;
  for (const id of PROVIDERS) {
    const { statement, history, facts } = await readProviderAccount(watcher, id);
    const node = await readNode(watcher, id);
    expect(statement).toMatchObject({ node: id, owed: node.owed, unexplained: 0n, stake: node.stake, locked: node.required });
    const { rate, fee, settledEpoch } = await readRail(watcher, { provider: id, heavy: 1, parent: 1 });
    // Where no end fell into the unsettled time the rail says the same.
    const proven = await provenEpochs(watcher, { provider: id, from: settledEpoch, to: epoch });
    if (!history.book.tenures.some(({ to, left }) => left === undefined && to > settledEpoch && to <= epoch)) expect(statement.unsettled).toBe(BigInt(proven) * (rate - fee));
    const staked = sum(facts.map((fact) => (fact.kind === 'staked' ? fact.amount : fact.kind === 'slashed' || fact.kind === 'unstaked' ? -fact.amount : 0n)));
    expect(staked).toBe(node.stake);
    expect(statement.lost.withSlots + statement.lost.forMisses).toBe(sum(facts.map((fact) => (fact.kind === 'slashed' ? fact.amount : 0n))));
    for (const by of GROUPINGS) {
      const lines = linesOf({ history, facts, node: id, by });
      const { earned, potential, lost, premiums, bonds, rewards, reads } = statement;
      expect({ earned: sum(lines.map((one) => one.earned)), potential: sum(lines.map((one) => one.potential)), pay: sum(lines.map((one) => one.missed)), slashed: sum(lines.map((one) => one.slashed)), other: sum(lines.map((one) => one.other)) })
        .toEqual({ earned, potential, pay: lost.pay, slashed: lost.withSlots + lost.forMisses, other: premiums + bonds + rewards + reads });
    }
    held += statement.owed + statement.unsettled;
  }
  for (const chain of [story.creator, story.second]) {
    const { statement, history } = await readCreatorAccount(watcher, addressOf(chain));
    const { paid, paidFromPot, paidByOthers, used, refunded, ahead, waiting, toppedUp, toppedUpByOthers, pot, agreements, bonds } = statement;
    expect(bonds).toBe(0n);
    expect(paid + paidFromPot + paidByOthers).toBe(used + refunded + ahead + waiting);
    for (const one of agreements) {
      expect(one.waiting).toBeGreaterThanOrEqual(0n);
      const taken = sum(history.terms.map((fact) => (fact.agreement !== one.agreement ? 0n : fact.kind === 'potTaken' ? -fact.amount : fact.kind === 'refunded' && fact.isLocked ? fact.amount : 0n)));
      expect(one.pot).toBe(one.toppedUp + one.toppedUpByOthers - one.paidFromPot + taken);
    }
    expect(pot).toBeLessThanOrEqual(toppedUp + toppedUpByOthers + refunded + statement.compensated);
    fees += statement.fees;
    held += ahead + waiting + pot + statement.owed + sum(history.book.gaps.map(({ reward }) => reward));
  }
  const { statement } = await readHeavyAccount(watcher, 1);
  expect(statement.unexplained).toBe(0n);
  // All fees that proven epochs carry: paid, burned, or still in the market.
  held += fees - statement.paid - statement.burned + statement.bounties;
  expect(held).toBe(await tokenBalance(watcher, market));
}

describe('statements over a whole history', () => {
  it('add up while agreements open, are proven and missed, grow, and are extended by everybody', async () => {
    const { creator, second } = story;
    expect(await story.open(creator, { providers: [2, 3, 4], periods: 3 })).toBe(1);
    await check();
    expect(await story.open(second, { providers: [2, 4], periods: 2, quota: 5 })).toBe(2);
    await story.epoch(2, 3, 4);
    await story.epoch(2, 4);
    await check();
    // In an epoch whose seed is not fixed: no draw is open.
    await story.holdfast.advance(10_000);
    await story.grow(creator, 1, 2);
    await story.epoch(2, 3);
    await story.extend(creator, 1);
    await story.extend(second, 1);
    await check();
    const { agreements: [first] } = (await readCreatorAccount(watcher, addressOf(creator))).statement;
    const rents = sum((await readAgreement(watcher, 1)).slots.map(({ rent }) => rent));
    expect(first).toMatchObject({ agreement: 1, paidByOthers: rents * 6n, paidFromPot: 0n });
    await topUp(creator, { agreement: 1, amount: parseEther('0.3') });
    await topUp(second, { agreement: 1, amount: parseEther('0.2') });
    await authoriseRenewal(creator, { agreement: 1, maxPerPeriod: parseEther('1'), untilPeriod: 20 });
    await story.renew(1);
    await takePot(creator, { agreement: 1, amount: 12_345n });
    await check();
  });

  it('add up through settlements, payouts, reports, faults, notices, surrenders and vacancies', async () => {
    const { creator, second, heavy, provider } = story;
    await settle(heavy, { provider: 2, heavy: 1, parent: 1 });
    await withdrawNode(heavy, { id: 2 });
    await check();
    // Providers 3 and 4 stay silent until 3 is faulted; 3's slot goes to 5, for a bounty of somebody else.
    for (let i = 0; i < 3; i++) await story.epoch(2);
    const period = (await currentPeriod(watcher)) - 1;
    expect((await reportMisses(second, { providers: [2, 3, 4], period })).map((one) => one.provider)).toEqual([3, 4]);
    await check();
    await story.epoch(2);
    const slot = 1;
    const lost = await story.replace(1, slot, 5, { price: PRICE - 100n, repairer: second });
    expect(lost.slashed).toBeGreaterThan(0n);
    expect(lost.bounty).toBeGreaterThan(0n);
    await check();
    const risked = (await readProviderAccount(watcher, 3)).statement;
    expect(risked).toMatchObject({ potential: 0n, lost: { withSlots: lost.slashed }, risked: { total: 0n } });
    await giveNotice(creator, { agreement: 1, slot: 0 });
    await surrender(provider(4), { agreement: 2, slot: 1 });
    await check();
    for (let i = 0; i < 6; i++) await story.epoch(2, 5);
    await story.holdfast.advance(10_000);
    await story.replace(1, 0, 6);
    await check();
    const successor = (await readProviderAccount(watcher, 5)).statement;
    expect(successor.premiums).toBeGreaterThan(0n);
  });

  it('add up through endowments, rewards, closing, the end, and everybody taking what is theirs', async () => {
    const { creator, second, heavy } = story;
    const kept = await story.open(creator, { providers: [2, 5, 6], periods: 2 });
    await lockAgreement(creator, { agreement: kept });
    const { fund } = await foundFund(second, { agreement: kept, amount: parseEther('0.01'), maxPerPeriod: parseEther('1'), minProvenBps: 0 });
    await endowFund(creator, { fund, amount: 999n });
    await releaseFund(heavy, { fund, consents: await story.consents(kept, (await readAgreement(watcher, kept)).endPeriod + 1) });
    await check();
    expect((await readCreatorAccount(watcher, addressOf(second))).statement.side.endowments).toEqual({ paid: parseEther('0.01'), back: 0n });
    await closeAgreement(creator, { agreement: 1 });
    await check();
    for (let i = 0; i < 5; i++) await story.epoch(2, 5, 6);
    for (const provider of [2, 5, 6]) await settle(heavy, { provider, heavy: 1, parent: 1 });
    await claimReward(heavy, { id: 2 });
    await check();
    expect((await readProviderAccount(watcher, 2)).statement.rewards).toBeGreaterThan(0n);
    const end = async (agreement: number) => (await readAgreement(watcher, agreement)).endPeriod;
    while ((await currentPeriod(watcher)) < Math.max(await end(1), await end(2), await end(kept))) await story.epoch();
    for (const agreement of [1, 2, kept]) {
      const slots = (await readAgreement(watcher, agreement)).slots.filter((one) => one.provider !== 0 || one.vacancy !== undefined).map((one) => one.slot);
      if (slots.length > 0) await releaseSlots(heavy, { agreement, slots });
    }
    await check();
    for (const provider of PROVIDERS) await settle(heavy, { provider, heavy: 1, parent: 1 });
    for (const id of [1, ...PROVIDERS]) if ((await readNode(watcher, id)).owed > 0n) await withdrawNode(heavy, { id });
    for (const chain of [creator, second]) await withdraw(chain);
    await check();
    const { creator: mine, providers, heavies } = await readStatement(watcher, addressOf(heavy));
    expect([mine.paid, providers.length, heavies.length]).toEqual([0n, 0, 1]);
    // What is left is what waits in pots: nobody's prepaid rent.
    const left = (await readCreatorAccount(watcher, addressOf(creator))).statement;
    expect(left).toMatchObject({ ahead: 0n, waiting: 0n, owed: 0n });
    expect(await tokenBalance(watcher, market)).toBe(left.pot);
    expect(await watcher.read({ address: market, abi: marketAbi, functionName: 'potOf', args: [1] })).toBe(left.agreements[0]!.pot);
  });
});

describe('the command line', () => {
  it('shows and tabulates them without wallet and node', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'deployment.json'), formatDeployment(watcher.deployment));
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli([...args, '--home', folder.path, '--rpc', story.holdfast.rpcUrl]);
      expect([code, stderr]).toEqual([0, '']);
      return stdout;
    };
    const account = await readProviderAccount(watcher, 5);
    const table = await run('provider', 'earnings', '--node', '5', '--by', 'agreement', '--csv', '-');
    const [head, ...rows] = table.split('\r\n').slice(0, -1).map((row) => row.split(','));
    expect(head).toEqual(['node', 'agreement', 'elapsed', 'proven', ...['earned', 'missed', 'potential', 'other', 'slashed'].flatMap((name) => [`${name} units`, `${name} tokens`])]);
    expect(sum(rows.map((row) => BigInt(row[4]!)))).toBe(account.statement.earned);
    expect(JSON.parse(await run('earnings', '--node', '5', '--json'))).toMatchObject({ node: 5, earned: String(account.statement.earned), unexplained: '0', lost: { total: String(account.statement.lost.total) } });
    const text = await run('earnings', addressOf(story.creator));
    expect(text).toContain(`Creator ${addressOf(story.creator)}`);
    expect(text).toMatch(/waiting +0 /);
    await folder[Symbol.asyncDispose]();
  });
});
