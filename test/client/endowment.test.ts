import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transferTokens } from '../../offchain/chain/approve-tokens.ts';
import { readReward } from '../../offchain/chain/claim-reward.ts';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { epochStart, periodStart } from '../../offchain/chain/epoch.ts';
import { fundsOf } from '../../offchain/chain/funds-of.ts';
import { readRenewal } from '../../offchain/chain/pot.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { buyTokens } from '../../offchain/client/buy-tokens.ts';
import type { Client } from '../../offchain/client/client.ts';
import { closeAgreement } from '../../offchain/client/close-agreement.ts';
import { addToEndowment } from '../../offchain/client/endowment/add.ts';
import { foundEndowment } from '../../offchain/client/endowment/found.ts';
import { recallEndowment } from '../../offchain/client/endowment/recall.ts';
import { reclaimEndowment } from '../../offchain/client/endowment/reclaim.ts';
import { releaseEndowment } from '../../offchain/client/endowment/release.ts';
import { endowmentStatus } from '../../offchain/client/endowment/status.ts';
import { lock } from '../../offchain/client/lock.ts';
import { endowmentLines } from '../../offchain/cli/endowment-report.ts';
import { settleAndWithdraw } from '../../offchain/provider/money.ts';
import { type World, rentedClient, startWorld } from './world.ts';
import { PACE, paced } from '../support/pace.ts';

const [CREATOR, FOUNDER] = [12, 13];
const EPOCHS_PER_PERIOD = 20;
const EPOCH_SECONDS = 5;
const PERIOD_SECONDS = paced(EPOCH_SECONDS) * EPOCHS_PER_PERIOD;
let world: World;
let creator: Client;
let founder: Client;
let agreement: number;

beforeAll(async () => {
  const patient = { ...DEVNET.standard, faultRun: 100, missAllowance: 100 };
  world = await startWorld({ providers: 4, parameters: { epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD, standard: patient } });
  // Not in the first epoch of a period: that period would count as a whole one.
  await world.holdfast.advance(paced(EPOCH_SECONDS));
  const rented = await rentedClient(world, { account: CREATOR, quota: 10, periods: 2 });
  creator = rented.client;
  ({ agreement } = rented.rented);
  founder = await world.client({ account: FOUNDER });
  await buyTokens(founder, { coin: parseEther('1') });
});
afterAll(() => world?.stop());

describe('an endowment', () => {
  it('wants a locked agreement, which nobody can close any more', async () => {
    const refused = foundEndowment(founder, { agreement, amount: parseEther('1') });
    await expect(refused).rejects.toMatchObject({ code: 'NOT_LOCKED', message: expect.stringContaining('holdfast lock') });
    await expect(lock(founder, { agreement })).rejects.toMatchObject({ code: 'AGREEMENT_NOT_YOURS' });
    await lock(creator, { agreement });
    await lock(creator, { agreement });
    expect((await readRenewal(creator.chain, agreement)).isLocked).toBe(true);
    await expect(closeAgreement(creator, { agreement })).rejects.toMatchObject({ errorName: 'AgreementLocked' });
  });

  it('is founded by anybody, and the heavy node lets it pay by itself when a period is due', async () => {
    const before = await readAgreement(creator.chain, agreement);
    await expect(foundEndowment(founder, { agreement, amount: parseEther('100000') })).rejects.toMatchObject({ code: 'INSUFFICIENT_TOKENS' });
    const fund = await foundEndowment(founder, { agreement, amount: parseEther('0.001') });
    expect(fund).toMatchObject({ fund: 1, agreement, founder: founder.creator, maxPerPeriod: fund.costPerPeriod, minProvenBps: 9_000, vault: undefined, isRunning: true });
    expect(await fundsOf(creator.chain, { agreement })).toEqual([{ fund: 1, agreement }]);
    expect(endowmentLines(fund).join('\n')).toContain(`enough for ${fund.periodsPaid} periods`);
    // No fund pays in the market's first period. In the next one the agreement is near its end, and no whole period can be judged yet.
    const { clock } = founder.chain;
    const next = epochStart(clock, periodStart(clock, (await currentPeriod(founder.chain)) + 1));
    await world.holdfast.advance(Math.ceil(next - (await founder.chain.nowSeconds())) + 1);
    await expect.poll(async () => (await readAgreement(creator.chain, agreement)).endPeriod, { timeout: 30_000 * PACE }).toBe(before.endPeriod + 1);
    const after = await endowmentStatus(founder.chain, { fund: 1 });
    expect(fund.tokens - after.tokens).toBe(fund.costPerPeriod);
    expect(after.paidInPeriod).toBe(await currentPeriod(founder.chain));
  });

  it('takes more from everybody, pays once a period, and keeps its principal as long as the agreement runs', async () => {
    const before = await endowmentStatus(founder.chain, { fund: 1 });
    const after = await addToEndowment(creator, { fund: 1, amount: 1_000n });
    expect(after.tokens - before.tokens).toBe(1_000n);
    await expect(addToEndowment(creator, { fund: 7, amount: 1n })).rejects.toMatchObject({ code: 'NO_SUCH_FUND' });
    await expect(reclaimEndowment(founder, { fund: 1 })).rejects.toMatchObject({ errorName: 'StillRunning' });
    await expect(reclaimEndowment(creator, { fund: 1 })).rejects.toMatchObject({ errorName: 'NotFounder' });
    expect(await recallEndowment(founder, { fund: 1 })).toEqual({ fund: 1, received: 0n });
    await expect(releaseEndowment(founder, { fund: 1 })).rejects.toMatchObject({ errorName: 'AlreadyPaid' });
  });
});

describe('rewards', () => {
  it('are claimed with the payday of a provider that has proven, out of what the reserve holds', async () => {
    const { provider } = world.providers[0]!;
    const { chain } = provider;
    const deployer = await world.holdfast.as(0);
    await transferTokens(deployer, { to: world.holdfast.deployment.rewards!, amount: parseEther('1') });
    const { payout } = await readNode(chain, provider.id);
    await expect.poll(async () => provider.store.proofOutcome.count({ where: { ok: true } }), { timeout: 30_000 * PACE }).toBeGreaterThan(1);
    const before = await tokenBalance(chain, payout);
    const paid = await settleAndWithdraw(provider);
    expect(paid.earned).toBeGreaterThan(0n);
    expect(paid.rewarded).toBeGreaterThan(0n);
    expect((await tokenBalance(chain, payout)) - before).toBe(paid.withdrawn + paid.rewarded);
    expect(await readReward(chain, provider.id)).toMatchObject({ claimable: 0n });
  });
});

describe('what is left of an endowment', () => {
  it('goes back to its founder after the agreement', async () => {
    const { endPeriod } = await endowmentStatus(founder.chain, { fund: 1 });
    const left = (await endowmentStatus(founder.chain, { fund: 1 })).tokens;
    await Promise.all(world.heavies.map((heavy) => heavy.stop()));
    await world.holdfast.advance((endPeriod - (await currentPeriod(founder.chain))) * PERIOD_SECONDS);
    const ended = await endowmentStatus(founder.chain, { fund: 1 });
    expect(endowmentLines(ended).join('\n')).toContain('holdfast endow reclaim');
    expect(await reclaimEndowment(founder, { fund: 1 })).toEqual({ fund: 1, tokens: left, shares: 0n });
  });
});
