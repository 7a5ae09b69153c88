import assert from 'node:assert/strict';
import type { Address } from 'viem';
import { Reverted, type Contract } from './evm.ts';
import type { NodeActor, World } from './world.ts';

/** Passes when the call reverts with this custom error and, if given, these arguments. */
export async function expectRevert(call: Promise<unknown>, errorName: string, args?: readonly unknown[]): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    assert.equal(error.errorName, errorName, error.message);
    if (args !== undefined) assert.deepEqual([...error.args], [...args]);
    return;
  }
  assert.fail(`expected ${errorName}, but the call succeeded`);
}

export function balanceOf(world: World, owner: Address | Contract): Promise<bigint> {
  return world.evm.read<bigint>(world.token, 'balanceOf', [typeof owner === 'string' ? owner : owner.address]);
}

/** Settled and not yet withdrawn, of a node. */
export function owedToNode(world: World, node: NodeActor): Promise<bigint> {
  return world.evm.read<bigint>(world.market, 'owedToNode', [node.id]);
}

/** Of a provider: what was burned of the fees on its earnings, ever. Of a heavy node: what its next withdrawal burns. */
export function burnedFor(world: World, node: NodeActor): Promise<bigint> {
  return world.evm.read<bigint>(world.market, 'burnedFor', [node.id]);
}

/** Refunds, compensations and rewards not yet withdrawn. */
export function owedTo(world: World, account: Address): Promise<bigint> {
  return world.evm.read<bigint>(world.market, 'owedTo', [account]);
}

export interface Stakes {
  readonly amount: bigint;
  readonly queued: bigint;
  readonly withdrawableAtEpoch: number;
}

export async function stakesOf(world: World, node: NodeActor): Promise<Stakes> {
  const [amount, queued, withdrawableAtEpoch] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [node.id]);
  return { amount, queued, withdrawableAtEpoch };
}

export function isFaulted(world: World, node: NodeActor): Promise<boolean> {
  return world.evm.read<boolean>(world.market, 'isFaulted', [node.id]);
}

export function supplyOf(world: World): Promise<bigint> {
  return world.evm.read<bigint>(world.token, 'totalSupply');
}
