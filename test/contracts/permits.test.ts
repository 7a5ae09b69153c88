import assert from 'node:assert/strict';
import { encodeFunctionData, zeroAddress, zeroHash } from 'viem';
import { costOf, propose } from '../support/contracts/agreements.ts';
import { balanceOf } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf, type Contract } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { inWorld } from '../support/contracts/in-world.ts';
import { behind, sendPermitted, signPermit, WORTHLESS, type Act } from '../support/contracts/life-permit.ts';
import { currentEpoch, TOKEN, type World } from '../support/contracts/world.ts';

/*
 * permitAndCall, the branches: the permit holds, or it does not and the allowance is there -> the act, answered as the act answers;
 *   the act reverts -> so does this, with the same error. What cheats would try: attacks/permits.test.ts
 */
const newcomer = accountOf('newcomer');

/** The newcomer, who has never allowed anything, does `act` behind a permit over what it costs, and not a unit is left allowed. */
async function pays(world: World, act: Act, value: bigint): Promise<Awaited<ReturnType<typeof sendPermitted>>> {
  const before = await balanceOf(world, newcomer.address);
  const permit = await signPermit(world, { owner: newcomer, value, spender: act.to.address });
  const receipt = await sendPermitted(world, newcomer.address, permit, act);
  assert.equal(before - (await balanceOf(world, newcomer.address)), value, act.name);
  assert.equal(await world.evm.read(world.token, 'allowance', [newcomer.address, act.to.address]), 0n, act.name);
  return receipt;
}

async function fund(world: World): Promise<void> {
  await world.evm.send(world.treasury.address, world.token, 'transfer', [newcomer.address, 1000n * TOKEN]);
}

inWorld('behind a permit whoever has no allowance opens, grows, extends, tops up, challenges, locks up stake', {}, async (world) => {
  const { market, registry, providers } = world;
  await fund(world);
  const at = (name: string, args: readonly unknown[]): Act => ({ to: market, name, args });
  const proposal = await propose(world, { creator: newcomer });
  const cost = costOf(world, proposal, currentEpoch(world));
  const receipt = await pays(world, at('open', [proposal.terms, proposal.offers, cost]), cost);
  const { id, creator } = eventOf<{ id: number; creator: string }>(receipt, market, 'Opened');
  assert.equal(creator, newcomer.address);
  const rents = proposal.offers.map((offer) => offer.price * BigInt(proposal.terms.quota));
  const agreement = { id, terms: proposal.terms, creator: newcomer, rents, startEpoch: 0, endEpoch: 12, cost, receipt };

  const more = await propose(world, { creator: newcomer });
  await pays(world, at('grow', [id, more.terms, more.offers, cost]), cost);
  const consents = await signExtension(world, { agreement: id, newEnd: 3, slots: [0, 1, 2, 3] });
  await pays(world, at('extend', [id, 3, consents]), 2n * rents.reduce((sum, rent) => sum + rent, 0n) * 6n);
  await pays(world, at('topUp', [id, 7n]), 7n);
  await commitBundle(world, agreement);
  await pays(world, at('challenge', [id, 0n, 0, 0, 0]), BigInt(world.parameters.bondUnits) * 10n ** 12n);
  const staked = await pays(world, { to: registry, name: 'addStake', args: [providers[0]!.id, 9n] }, 9n);
  assert.equal(eventOf<{ from: string }>(staked, registry, 'StakeAdded').from, newcomer.address);
});

inWorld('behind a permit whoever has no allowance opens channels and pools, endows and joins', {}, async (world) => {
  const { evm, market, providers, heavies } = world;
  await fund(world);
  const channels = await evm.deploy('Channels', [world.token.address, world.registry.address, 60n]);
  const [endowment, commons] = [await evm.deploy('Endowment', [market.address]), await evm.deploy('Commons', [market.address])];
  const proposal = await propose(world);
  const opened = await evm.send(world.creator.address, market, 'open', [proposal.terms, proposal.offers, costOf(world, proposal, currentEpoch(world))]);
  const { id } = eventOf<{ id: number }>(opened, market, 'Opened');
  await evm.send(world.creator.address, market, 'lock', [id]);
  const acts: readonly (readonly [Contract, string, readonly unknown[]])[] = [
    [channels, 'open', [providers[0]!.id, heavies[0]!.id, zeroAddress, zeroHash, 5n]],
    [channels, 'topUp', [1n, 5n]],
    [channels, 'sponsor', [zeroHash, zeroAddress, heavies[0]!.id, 1n, 5n]],
    [channels, 'fundPool', [1n, 5n]],
    [endowment, 'found', [id, zeroAddress, 1n, 0, 0, 5n]],
    [endowment, 'endow', [1n, 5n]],
    [commons, 'join', [id, 5n]],
  ];
  for (const [to, name, args] of acts) await pays(world, { to, name, args }, 5n);
  assert.deepEqual([await balanceOf(world, channels.address), await balanceOf(world, endowment.address), await balanceOf(world, commons.address)], [20n, 10n, 5n]);
  assert.equal((await evm.read<unknown[]>(endowment, 'funds', [1n]))[1], newcomer.address);
  assert.equal(await evm.read<bigint>(commons, 'worthOf', [id, 0, newcomer.address]), 5n);
});

inWorld('an act behind a permit answers as it does alone, acts that cost nothing and views too', {}, async (world) => {
  const { evm, market } = world;
  const permit = await signPermit(world, { owner: newcomer, value: 1n });
  const raw = (name: string, args: readonly unknown[]) =>
    evm.request('eth_call', [{ from: newcomer.address, to: market.address, data: encodeFunctionData({ abi: market.abi, functionName: name, args }) }, 'latest']);
  for (const [name, args] of [['poke', []], ['parameters', []], ['networkHealth', []], ['setSession', [world.creator.address, 5n]]] as const) {
    assert.equal(await raw('permitAndCall', behind(permit, { to: market, name, args })), await raw(name, args), name);
  }
});

inWorld('a worthless permit does no harm where the allowance is there', {}, async (world) => {
  const { creator, market } = world;
  const { terms, offers } = await propose(world);
  await sendPermitted(world, creator.address, WORTHLESS, { to: market, name: 'open', args: [terms, offers, 10n ** 24n] });
  assert.equal(await world.evm.read(market, 'agreementCount'), 1);
});
