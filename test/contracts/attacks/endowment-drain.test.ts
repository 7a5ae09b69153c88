import assert from 'node:assert/strict';
import { zeroAddress } from 'viem';
import { openAgreement, propose, type OpenedAgreement } from '../../support/contracts/agreements.ts';
import { adversary, wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf, changeOf, reverts } from '../../support/contracts/books.ts';
import type { Contract } from '../../support/contracts/evm.ts';
import { signExtension } from '../../support/contracts/extensions.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';
import { goToEpoch, type World } from '../../support/contracts/world.ts';

const PERIOD = 6;

async function endowed(world: World): Promise<{ agreement: OpenedAgreement; endowment: Contract; perPeriod: bigint; founder: `0x${string}`; release(): Promise<unknown> }> {
  const agreement = await openAgreement(world, { periods: 2 });
  const endowment = await world.evm.deploy('Endowment', [world.market.address]);
  const founder = await adversary(world, 'founder', { spender: endowment });
  const perPeriod = 4n * agreement.rents[0]! * BigInt(PERIOD);
  const found = [agreement.id, zeroAddress, perPeriod, 0, 0, 10n * perPeriod];
  await reverts('NotLocked', () => world.evm.send(founder.address, endowment, 'found', found));
  await world.evm.send(world.creator.address, world.market, 'lock', [agreement.id]);
  await world.evm.send(founder.address, endowment, 'found', found);
  const release = async () => {
    const { endPeriod } = await world.evm.read<{ endPeriod: number }>(world.market, 'agreementOf', [agreement.id]);
    const consents = await signExtension(world, { agreement: agreement.id, newEnd: endPeriod + 1, slots: [0, 1, 2, 3] });
    return world.evm.send(world.treasury.address, endowment, 'release', [1n, consents]);
  };
  return { agreement, endowment, perPeriod, founder: founder.address, release };
}

inWorld('endowment drained by its creator: he cannot close what others pay for, and what providers miss waits in the pot until the end', {}, async (world) => {
  const { agreement, endowment, perPeriod, founder, release } = await endowed(world);
  const { evm, market, creator } = world;
  const start = await wealthOf(world, { accounts: [creator.address] });
  await runEpochs(world, 1, PERIOD, world.providers);
  await goToEpoch(world, PERIOD);
  await release();
  await reverts('AgreementLocked', () => evm.send(creator.address, market, 'close', [agreement.id]));
  // From here on his friends prove nothing, so that the rent comes back; at most to where it pays the next extension.
  await goToEpoch(world, 2 * PERIOD);
  await release();
  await evm.send(world.providers[0]!.operator.address, market, 'surrender', [agreement.id, 0]);
  assert.ok((await evm.read<bigint>(market, 'potOf', [agreement.id])) > 0n);
  await reverts('AgreementLocked', () => evm.send(creator.address, market, 'takePot', [agreement.id, 1n]));
  assert.equal(await wealthOf(world, { accounts: [creator.address] }), start);
  await goToEpoch(world, 4 * PERIOD);
  await assert.rejects(release());
  assert.equal(await changeOf(() => balanceOf(world, founder), () => evm.send(founder, endowment, 'reclaim', [1n])), 8n * perPeriod);
});

inWorld('endowment drained by a squatter: an agreement has as many funds as founders, and each takes back its own', {}, async (world) => {
  const { agreement, endowment, perPeriod, founder } = await endowed(world);
  const squatter = await adversary(world, 'squatter', { spender: endowment, tokens: 1n });
  await world.evm.send(squatter.address, endowment, 'found', [agreement.id, zeroAddress, 1n, 0, 0, 1n]);
  await reverts('NotFounder', () => world.evm.send(squatter.address, endowment, 'reclaim', [1n]));
  await goToEpoch(world, 2 * PERIOD);
  assert.equal(await changeOf(() => balanceOf(world, founder), () => world.evm.send(founder, endowment, 'reclaim', [1n])), 10n * perPeriod);
  assert.equal(await changeOf(() => balanceOf(world, squatter.address), () => world.evm.send(squatter.address, endowment, 'reclaim', [2n])), 1n);
  assert.equal(await balanceOf(world, endowment.address), 0n);
});

inWorld('endowment drained by price: a locked agreement does not grow', {}, async (world) => {
  const { agreement, endowment, perPeriod, release } = await endowed(world);
  const { terms, offers } = await propose(world, { quota: 1, price: 10n ** 14n });
  await reverts('AgreementLocked', () => world.evm.send(world.creator.address, world.market, 'grow', [agreement.id, terms, offers, 2n ** 255n]));
  await goToEpoch(world, PERIOD);
  await release();
  assert.equal(await balanceOf(world, endowment.address), 9n * perPeriod);
});

inWorld('endowment drained by a stranger: release sends nothing to its sender, and pays once per period', {}, async (world) => {
  const { endowment, perPeriod, release } = await endowed(world);
  await goToEpoch(world, PERIOD);
  const before = await balanceOf(world, world.treasury.address);
  await release();
  await reverts('AlreadyPaid', release);
  assert.equal(await balanceOf(world, world.treasury.address), before);
  assert.equal(await balanceOf(world, endowment.address), 9n * perPeriod);
});
