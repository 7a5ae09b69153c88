import assert from 'node:assert/strict';
import { encodeFunctionData, maxUint256, parseEther } from 'viem';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { balanceOf, reverts } from '../../support/contracts/books.ts';
import { accountOf, Reverted } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { behind, sendPermitted, signPermit, WORTHLESS, type Act } from '../../support/contracts/life-permit.ts';
import { parametersOf, TOKEN, type World } from '../../support/contracts/world.ts';

const victim = accountOf('victim');
const STAKE = 50n;

/** The victim has tokens, and no allowance for anybody. */
async function fundVictim(world: World): Promise<void> {
  await world.evm.send(world.treasury.address, world.token, 'transfer', [victim.address, 1000n]);
}

/** Of the victim: tokens, what the registry may take, permits used. */
async function standing(world: World): Promise<readonly [bigint, bigint, bigint]> {
  const { evm, registry, token } = world;
  return [await balanceOf(world, victim.address), await evm.read<bigint>(token, 'allowance', [victim.address, registry.address]), await evm.read<bigint>(token, 'nonces', [victim.address])];
}

const staking = (world: World, amount = STAKE): Act => ({ to: world.registry, name: 'addStake', args: [world.providers[0]!.id, amount] });

inWorld('a permit that was sent by somebody else first: the act happens, and the runner has spent gas for its owner', {}, async (world) => {
  const { evm, registry, token } = world;
  await fundVictim(world);
  const runner = await adversary(world, 'runner', { spender: registry });
  const permit = await signPermit(world, { owner: victim, value: STAKE, spender: registry.address });
  await evm.send(runner.address, token, 'permit', [victim.address, registry.address, STAKE, permit.deadline, permit.v, permit.r, permit.s]);
  // With the allowance lying there the runner still pays for himself.
  const before = await balanceOf(world, runner.address);
  await evm.send(runner.address, registry, 'addStake', staking(world).args);
  assert.equal(before - (await balanceOf(world, runner.address)), STAKE);
  await sendPermitted(world, victim.address, permit, staking(world));
  assert.deepEqual(await standing(world), [1000n - STAKE, 0n, 1n]);
});

inWorld('a permit of somebody else, in front of an act of one\'s own: nobody\'s tokens but one\'s own', {}, async (world) => {
  const { evm, registry, token } = world;
  await fundVictim(world);
  const thief = accountOf('thief');
  await evm.send(world.treasury.address, token, 'transfer', [thief.address, 1000n]);
  const permit = await signPermit(world, { owner: victim, value: 1000n, spender: registry.address });
  await reverts('ERC20InsufficientAllowance', () => sendPermitted(world, thief.address, permit, staking(world)));
  await evm.send(thief.address, token, 'approve', [registry.address, STAKE]);
  await sendPermitted(world, thief.address, permit, staking(world));
  assert.equal(await balanceOf(world, thief.address), 1000n - STAKE);
  assert.deepEqual(await standing(world), [1000n, 0n, 0n]);
});

inWorld('a permit that is late, too small, for another spender, chain or signer, or used: nothing is taken and nothing used up', {}, async (world) => {
  const { evm, registry, market } = world;
  await fundVictim(world);
  const sign = (options: Partial<Parameters<typeof signPermit>[1]> = {}) => signPermit(world, { owner: victim, value: STAKE, spender: registry.address, ...options });
  const act = staking(world);
  const refused = async (permit: Awaited<ReturnType<typeof sign>>) => reverts('ERC20InsufficientAllowance', () => sendPermitted(world, victim.address, permit, act));
  for (const options of [{ value: STAKE - 1n }, { spender: market.address }, { chainId: evm.chainId + 1 }, { signer: accountOf('thief') }]) await refused(await sign(options));
  const good = await sign();
  await refused({ ...good, value: STAKE + 1n });
  await refused({ ...good, v: 26 });
  const late = await sign();
  await evm.goTo(Number(late.deadline) + 1);
  await refused(late);
  assert.deepEqual(await standing(world), [1000n, 0n, 0n]);
  const used = await sign();
  await sendPermitted(world, victim.address, used, act);
  await refused(used);
  assert.deepEqual(await standing(world), [1000n - STAKE, 0n, 1n]);
});

inWorld('an act that reverts behind a permit: the same error, and the permit is good for another try', {}, async (world) => {
  const { registry } = world;
  await fundVictim(world);
  const permit = await signPermit(world, { owner: victim, value: STAKE, spender: registry.address });
  const failing: Act = { to: registry, name: 'addStake', args: [99, STAKE] };
  await assert.rejects(sendPermitted(world, victim.address, permit, failing), (error: unknown) => error instanceof Reverted && error.errorName === 'NoSuchNode' && error.args[0] === 99);
  assert.deepEqual(await standing(world), [1000n, 0n, 0n]);
  await sendPermitted(world, victim.address, permit, staking(world));
  assert.deepEqual(await standing(world), [1000n - STAKE, 0n, 1n]);
});

inWorld('permits within permits, no act and acts that are none: one sender all the way down, and no act out of nothing', {}, async (world) => {
  const { evm, registry } = world;
  await fundVictim(world);
  const outer = await signPermit(world, { owner: victim, value: 7n, spender: registry.address });
  const worthless = { ...outer, v: 26 };
  // The inner permit is used up already by the outer one; the next in turn would count for as much.
  const deep = [worthless, worthless, outer].reduce<Act>((act, permit) => ({ to: registry, name: 'permitAndCall', args: behind(permit, act) }), staking(world, 7n));
  await evm.send(victim.address, registry, 'permitAndCall', behind(worthless, deep));
  assert.deepEqual(await standing(world), [993n, 0n, 1n]);
  const [value, deadline, v, r, s] = behind(outer, staking(world));
  for (const act of ['0x', '0x12', '0x12345678'] as const) {
    const data = encodeFunctionData({ abi: registry.abi, functionName: 'permitAndCall', args: [value, deadline, v, r, s, act] });
    await assert.rejects(evm.request('eth_call', [{ from: victim.address, to: registry.address, data }, 'latest']), act);
  }
});

inWorld('what only some may do stays theirs behind a permit: parameters, the market\'s acts of the registry, a fund\'s own calls', {}, async (world) => {
  const { evm, manager, market, registry, treasury } = world;
  const thief = accountOf('thief');
  const endowment = await evm.deploy('Endowment', [market.address]);
  const set: Act = { to: market, name: 'setParameters', args: [parametersOf(world.parameters)] };
  await reverts('AccessManagedUnauthorized', () => sendPermitted(world, thief.address, WORTHLESS, set));
  await reverts('NotMarket', () => sendPermitted(world, thief.address, WORTHLESS, { to: registry, name: 'slash', args: [1, 1n] }));
  await reverts('NotItself', () => sendPermitted(world, thief.address, WORTHLESS, { to: endowment, name: 'push', args: [world.token.address, 1n] }));
  await reverts('AccessManagedUnauthorized', () => sendPermitted(world, thief.address, WORTHLESS, { to: market, name: 'setAuthority', args: [thief.address] }));
  // Through the manager it is asked for the outer selector, which nobody but its administrator has; and the market asks again for the inner one.
  const wrapped = encodeFunctionData({ abi: market.abi, functionName: 'permitAndCall', args: behind(WORTHLESS, set) });
  await reverts('AccessManagerUnauthorizedCall', () => evm.send(thief.address, manager, 'execute', [market.address, wrapped]));
  await reverts('AccessManagedUnauthorized', () => evm.send(treasury.address, manager, 'execute', [market.address, wrapped]));
});

inWorld('a delay of the manager holds behind a permit: not before its time, and once', {}, async (world) => {
  const { evm, manager, market, treasury } = world;
  const governor = accountOf('governor');
  const set: Act = { to: market, name: 'setParameters', args: [parametersOf({ ...world.parameters, missAllowance: 2 })] };
  const data = encodeFunctionData({ abi: market.abi, functionName: set.name, args: set.args ?? [] });
  await evm.send(treasury.address, manager, 'setTargetFunctionRole', [market.address, [data.slice(0, 10)], 1n]);
  await evm.send(treasury.address, manager, 'grantRole', [1n, governor.address, 3600]);
  await reverts('AccessManagerNotScheduled', () => sendPermitted(world, governor.address, WORTHLESS, set));
  await evm.send(governor.address, manager, 'schedule', [market.address, data, 0]);
  await reverts('AccessManagerNotReady', () => sendPermitted(world, governor.address, WORTHLESS, set));
  await evm.goTo(evm.now() + 3600);
  await sendPermitted(world, governor.address, WORTHLESS, set);
  await reverts('AccessManagerNotScheduled', () => sendPermitted(world, governor.address, WORTHLESS, set));
});

inWorld('coins do not go in, and a permit opens no guard: re-entered in the middle of a payment, the act is refused', { token: 'CallbackToken' }, async (world) => {
  const { creator, evm, market, token } = world;
  const { id } = await openAgreement(world);
  const data = encodeFunctionData({ abi: market.abi, functionName: 'permitAndCall', args: behind(WORTHLESS, { to: market, name: 'topUp', args: [id, 1n] }) });
  await evm.send(creator.address, token, 'approve', [market.address, maxUint256]);
  await assert.rejects(evm.request('eth_call', [{ from: creator.address, to: market.address, data, value: `0x${parseEther('1').toString(16)}` }, 'latest']));
  await evm.send(creator.address, token, 'arm', [market.address, data, true]);
  await reverts('ReentrancyGuardReentrantCall', () => evm.send(creator.address, market, 'topUp', [id, TOKEN]));
  await evm.send(creator.address, token, 'arm', [market.address, data, true]);
  await reverts('ReentrancyGuardReentrantCall', () => sendPermitted(world, creator.address, WORTHLESS, { to: market, name: 'topUp', args: [id, TOKEN] }));
  assert.equal(await evm.read(market, 'potOf', [id]), 0n);
});
