import { encodeFunctionData, getAddress, parseEther, toFunctionSelector, zeroAddress } from 'viem';
import { accountOf } from '../support/contracts/evm.ts';
import { parametersOf, TIER, TOKEN, type Parameters, type World } from '../support/contracts/world.ts';
import type { Stage } from './stage.ts';

/** Whatever nodes and their owners do at the registry; the last provider gets another key. */
export async function playRegistry({ world, providers }: Stage): Promise<void> {
  const { evm, registry, heavies } = world;
  const node = providers[7]!;
  const fresh = accountOf('fresh key');
  const payout = accountOf('fresh payout').address;
  const operator = node.operator.address;
  await evm.send(operator, registry, 'setEndpoint', [node.id, 'https://moved.example']);
  await evm.send(operator, registry, 'setParent', [node.id, heavies[0]!.id]);
  await evm.send(node.payout, registry, 'setPayout', [node.id, payout]);
  await evm.send(payout, registry, 'nameOperator', [node.id, accountOf('nobody').address]);
  await evm.send(payout, registry, 'nameOperator', [node.id, zeroAddress]);
  await evm.send(payout, registry, 'nameOperator', [node.id, fresh.address]);
  await evm.send(fresh.address, registry, 'acceptOperator', [node.id]);
  providers[7] = { ...node, operator: fresh, payout, parent: heavies[0]!.id };
  await evm.send(accountOf('edge').address, registry, 'register', [TIER.edge, 40, heavies[1]!.id, accountOf('edge payout').address, '']);
  const leaver = providers[6]!;
  await evm.send(leaver.operator.address, registry, 'queueWithdrawal', [leaver.id, 1_000n * TOKEN]);
  await evm.send(leaver.operator.address, registry, 'queueWithdrawal', [leaver.id, 500n * TOKEN]);
}

export async function withdrawStake({ world, providers }: Stage): Promise<void> {
  await world.evm.send(world.treasury.address, world.registry, 'withdrawStake', [providers[6]!.id]);
}

/** Tokens for coins; a name that is claimed and handed over, and approvals that are no deeds of it. */
export async function playToken({ world, sale, stranger }: Stage): Promise<void> {
  const { evm, token, creator } = world;
  await evm.send(accountOf('buyer').address, sale, 'buy', [], parseEther('2'));
  const name = getAddress(`0x${'ab'.repeat(20)}`);
  await evm.send(creator.address, token, 'approve', [name, 0n]);
  await evm.send(stranger, token, 'approve', [name, 0n]);
  await evm.send(stranger, token, 'approve', [name, BigInt(stranger)]);
  await evm.send(creator.address, token, 'approve', [name, 1n << 200n]);
  await evm.send(creator.address, token, 'approve', [name, BigInt(stranger)]);
  await evm.send(stranger, token, 'approve', [name, 7n]);
  await evm.send(stranger, token, 'burn', [5n * TOKEN]);
}

/** Roles, targets, an operation that is taken back, and one that changes the parameters. */
export async function playManager({ world, stranger }: Stage): Promise<void> {
  const { evm, manager, market, treasury } = world;
  const admin = (name: string, args: readonly unknown[]) => evm.send(treasury.address, manager, name, args);
  const { governor, data, schedule, enact } = changeOf(world, {});
  await admin('labelRole', [1n, 'parameters']);
  await admin('setRoleAdmin', [2n, 1n]);
  await admin('setRoleGuardian', [1n, 3n]);
  await admin('setGrantDelay', [2n, 60]);
  await admin('setTargetFunctionRole', [market.address, [toFunctionSelector('function nothing()'), data.slice(0, 10)], 1n]);
  await admin('setTargetAdminDelay', [stranger, 60]);
  await admin('setTargetClosed', [stranger, true]);
  await admin('grantRole', [3n, stranger, 0]);
  await admin('revokeRole', [3n, stranger]);
  await admin('grantRole', [1n, governor, 600]);
  await schedule();
  await evm.send(governor, manager, 'cancel', [governor, market.address, data]);
  await schedule();
  await enact();
}

export async function changeParameters({ world }: Stage, changes: Partial<Parameters>): Promise<void> {
  const { schedule, enact } = changeOf(world, changes);
  await schedule();
  await enact();
}

/** Parameters as the history has them, but for `changes`: how the governor schedules and enacts them. */
function changeOf({ evm, manager, market, parameters }: World, changes: Partial<Parameters>) {
  const governor = accountOf('governor').address;
  const change = parametersOf({ ...parameters, bondUnits: 2_000_000, healthEpochs: 3, ackEpochs: 4, ...changes }, { archival: { missAllowance: 5 } });
  const data = encodeFunctionData({ abi: market.abi, functionName: 'setParameters', args: [change] });
  return {
    governor, data,
    schedule: () => evm.send(governor, manager, 'schedule', [market.address, data, 0]),
    async enact(): Promise<void> {
      await evm.goTo(evm.now() + 601);
      await evm.send(governor, market, 'setParameters', [change]);
    },
  };
}

/** Another manager, at the very end: nobody can change parameters behind it. */
export async function replaceManager({ world }: Stage): Promise<void> {
  const { evm, manager, market, treasury } = world;
  const other = await evm.deploy('Manager', [treasury.address]);
  await evm.send(treasury.address, manager, 'updateAuthority', [market.address, other.address]);
}
