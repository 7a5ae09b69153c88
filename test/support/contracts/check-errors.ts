import { decodeErrorResult, type Abi, type Hex } from 'viem';
import { errorsAbi } from '../../../offchain/chain/generated/abi.ts';
import { Reverted } from './evm.ts';
import { registerNode, TIER, TOKEN, type NodeActor, type World } from './world.ts';

/** A provider beyond the world's own, with stake. */
export async function addProvider(world: World, { label, region }: { label: string; region: number }): Promise<NodeActor> {
  const provider = await registerNode(world, { label, tier: TIER.standard, region, parent: world.heavies[0]!.id });
  await world.evm.send(world.treasury.address, world.registry, 'addStake', [provider.id, 10n * TOKEN]);
  return provider;
}

/** What `call` reverts with; deployments, whose errors come wrapped, too. */
export async function revertOf(call: () => Promise<unknown>): Promise<Reverted> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Reverted) return error;
    for (let cause = error as { data?: unknown; cause?: unknown } | undefined; cause !== undefined; cause = cause.cause as typeof cause) {
      if (typeof cause.data !== 'string' || cause.data.length < 10) continue;
      const { errorName, args } = decodeErrorResult({ abi: errorsAbi as Abi, data: cause.data as Hex });
      return new Reverted(errorName, args ?? []);
    }
    throw error;
  }
  return new Reverted('no error', []);
}
