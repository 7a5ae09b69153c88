import assert from 'node:assert/strict';
import { parseEther } from 'viem';
import { openAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { accountOf, type Contract } from '../support/contracts/evm.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { goToEpoch, TOKEN, type World } from '../support/contracts/world.ts';

const stranger = accountOf('stranger').address;
const RATE = 1000n;
const sale = (world: World) => world.evm.deploy('Sale', [world.token.address, RATE, world.treasury.address]);
const fund = (world: World, { address }: Contract, amount = TOKEN) => world.evm.send(world.treasury.address, world.token, 'transfer', [address, amount]);

branches('Sale.buy, Sale.collect', {
  'when no coin comes -> it reverts NothingPaid': async (world) => {
    const shop = await sale(world);
    return () => world.evm.send(stranger, shop, 'buy');
  },
  'when less is left than paid for -> it reverts SoldOut': async (world) => {
    const shop = await sale(world);
    await fund(world, shop, 5n * RATE - 1n);
    return () => world.evm.send(stranger, shop, 'buy', [], 5n);
  },
  'when exactly the rest is bought -> it is sold': async (world) => {
    const shop = await sale(world);
    await fund(world, shop, 5n * RATE);
    assert.equal(await changeOf(() => balanceOf(world, stranger), () => world.evm.send(stranger, shop, 'buy', [], 5n)), 5n * RATE);
  },
  'when a stranger collects -> it reverts NotTreasury': async (world) => {
    const shop = await sale(world);
    return () => world.evm.send(stranger, shop, 'collect');
  },
  'when the treasury refuses coins -> it reverts FailedCall': async (world) => {
    const shop = await world.evm.deploy('Sale', [world.token.address, RATE, world.token.address]);
    return () => world.evm.send(world.token.address, shop, 'collect');
  },
  'when the treasury collects -> all of it comes': async (world) => {
    const shop = await sale(world);
    await fund(world, shop);
    await world.evm.send(stranger, shop, 'buy', [], 9n);
    await world.evm.send(world.treasury.address, shop, 'collect');
    assert.equal(BigInt(await world.evm.request<string>('eth_getBalance', [shop.address, 'latest'])), 0n);
    assert.ok(BigInt(await world.evm.request<string>('eth_getBalance', [world.treasury.address, 'latest'])) > parseEther('999'));
  },
});

/** Provider 0 has earned one epoch, and it is settled. */
async function earned(world: World): Promise<bigint> {
  const { rents } = await openAgreement(world, { periods: 3 });
  const { id, parent } = world.providers[0]!;
  await runEpochs(world, 1, 2, world.providers.slice(0, 1));
  await goToEpoch(world, 2);
  await world.evm.send(stranger, world.market, 'settle', [id, world.heavies[0]!.id, parent]);
  return (((rents[0]! * 150n) / 10_000n) * 20n) / 100n / 2n;
}

const rewards = (world: World, cap: bigint) => world.evm.deploy('Rewards', [world.market.address, cap]);
const claiming = (world: World, at: Contract, id = world.providers[0]!.id) => () => world.evm.send(stranger, at, 'claim', [id]);

branches('Rewards.claim', {
  'when the node is heavy -> it reverts NotAProvider': async (world) => {
    await earned(world);
    return claiming(world, await rewards(world, TOKEN), world.heavies[0]!.id);
  },
  'when the node does not exist -> it reverts NotAProvider': async (world) => claiming(world, await rewards(world, TOKEN), 99),
  'when nothing was burned for it -> it reverts NothingToClaim': async (world) => claiming(world, await rewards(world, TOKEN)),
  'when the reserve is empty -> it reverts CapReached': async (world) => {
    await earned(world);
    return claiming(world, await rewards(world, TOKEN));
  },
  'when the period\'s cap is used up -> it reverts CapReached': async (world) => {
    const due = await earned(world);
    const at = await rewards(world, due - 1n);
    await fund(world, at);
    await claiming(world, at)();
    return claiming(world, at);
  },
  'when the reserve is smaller than what is due -> it pays the reserve, and the rest later': async (world) => {
    const due = await earned(world);
    const at = await rewards(world, TOKEN);
    await fund(world, at, due / 3n);
    const paid = () => balanceOf(world, world.providers[0]!.payout);
    assert.equal(await changeOf(paid, claiming(world, at)), due / 3n);
    await fund(world, at);
    assert.equal(await changeOf(paid, claiming(world, at)), due - due / 3n);
  },
  'when all is paid -> it reverts NothingToClaim': async (world) => {
    await earned(world);
    const at = await rewards(world, TOKEN);
    await fund(world, at);
    await claiming(world, at)();
    return claiming(world, at);
  },
});
