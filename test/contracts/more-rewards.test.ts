import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { rewardsAbi } from '../../offchain/chain/generated/abi.ts';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, owedToNode, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { eventOf, type Contract } from '../support/contracts/evm.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * burned fees: a fifth of each fee, counted for the provider, burned with the heavy node's withdrawal
 * claim: nothing settled, cap or reserve used up -> reverts; half of what was burned; the rest stays claimable
 * a heavy node: reverts, whatever waits to be burned with it
 * self-dealing: creator, providers and heavy node in one hand lose half of what is burned
 */
const PERIOD = 10;
const RENT = 10n ** 16n;
const FEE_BPS = 200n;

describe('burned fees and rewards', () => {
  let world: World;
  let agreement: OpenedAgreement;
  let rewards: Contract;

  const deploy = async (cap: bigint) => ({ address: (await world.evm.deploy('Rewards', [world.market.address, cap])).address, abi: rewardsAbi });
  const claim = (id: number) => world.evm.send(world.treasury.address, rewards, 'claim', [id]);
  const burnedFor = (id: number) => world.evm.read<bigint>(world.market, 'burnedFor', [id]);
  const supply = () => world.evm.read<bigint>(world.token, 'totalSupply');
  const settle = (i: number) => world.evm.send(world.treasury.address, world.market, 'settle', [world.providers[i]!.id, world.heavies[0]!.id, world.heavies[0]!.id]);

  beforeEach(async () => {
    world = await createWorld({ providers: 4, heavies: 1, epochsPerPeriod: PERIOD });
    agreement = await openAgreement(world, { price: RENT / 10n, feeBps: Number(FEE_BPS) });
    await commitBundle(world, agreement);
    rewards = await deploy(10n ** 18n);
  });
  afterEach(() => world.evm.close());

  it('burns a fifth of the fees with the heavy node\'s withdrawal', async () => {
    await runEpochs(world, 1, 6, world.providers);
    await goToEpoch(world, 6);
    for (let i = 0; i < 4; i += 1) await settle(i);
    const fee = (RENT * 5n * FEE_BPS) / 10_000n;
    const heavy = world.heavies[0]!;
    assert.equal(await owedToNode(world, world.providers[0]!.id), RENT * 5n - fee);
    assert.equal(await burnedFor(world.providers[0]!.id), fee / 5n);
    assert.equal(await owedToNode(world, heavy.id), (4n * fee * 4n) / 5n);
    assert.equal(await burnedFor(heavy.id), (4n * fee) / 5n);
    const burned = await changeOf(supply, async () => {
      const receipt = await world.evm.send(world.treasury.address, world.market, 'withdrawNode', [heavy.id]);
      assert.equal(eventOf<{ amount: bigint }>(receipt, world.market, 'FeesBurned').amount, (4n * fee) / 5n);
    });
    assert.equal(burned, (-4n * fee) / 5n);
    assert.equal(await burnedFor(heavy.id), 0n);
    await world.evm.send(world.treasury.address, world.market, 'withdrawNode', [world.providers[0]!.id]);
    assert.equal(await burnedFor(world.providers[0]!.id), fee / 5n);
    await reverts('NothingOwed', () => world.evm.send(world.treasury.address, world.market, 'withdrawNode', [heavy.id]));
    await emptyMarket(world, [agreement]);
  });

  it('pays half of what was burned, up to cap and reserve; the rest later', async () => {
    const provider = world.providers[0]!;
    await runEpochs(world, 1, 6, world.providers);
    await goToEpoch(world, 6);
    await reverts('NothingToClaim', () => claim(provider.id));
    await settle(0);
    // The same fees wait to be burned with the heavy node: rewarded twice, they would make self-dealing free.
    assert.ok((await burnedFor(world.heavies[0]!.id)) > 0n);
    await reverts('NotAProvider', () => claim(world.heavies[0]!.id));
    await reverts('NotAProvider', () => claim(99));
    const due = (RENT * 5n * FEE_BPS) / 10_000n / 5n / 2n;
    rewards = await deploy((due * 3n) / 4n);
    await reverts('CapReached', () => claim(provider.id));
    await world.evm.send(world.treasury.address, world.token, 'transfer', [rewards.address, 10n * due]);
    const paid = () => balanceOf(world, provider.payout);
    assert.equal(await changeOf(paid, () => claim(provider.id)), (due * 3n) / 4n);
    await reverts('CapReached', () => claim(provider.id));
    await goToEpoch(world, PERIOD);
    assert.equal(await changeOf(paid, () => claim(provider.id)), due / 4n);
    await reverts('NothingToClaim', () => claim(provider.id));
  });

  it('lets nobody win by renting from himself', async () => {
    await world.evm.send(world.treasury.address, world.token, 'transfer', [rewards.address, 10n ** 18n]);
    const hands = [world.creator.address, ...[...world.providers, ...world.heavies].map(({ payout }) => payout)];
    const wealth = async () => (await Promise.all(hands.map((hand) => balanceOf(world, hand)))).reduce((sum, one) => sum + one, 0n);
    const before = (await wealth()) + agreement.cost;
    await runEpochs(world, 1, 2 * PERIOD, world.providers);
    await emptyMarket(world, [agreement]);
    for (const { id } of world.providers) await claim(id);
    const epochs = BigInt(2 * PERIOD - 1);
    const fees = (4n * RENT * epochs * FEE_BPS) / 10_000n;
    // A fifth of the fees is burned, half of that comes back: a tenth of the fees is the price of pretending.
    assert.equal((await wealth()) - before, -fees / 10n);
  });
});
