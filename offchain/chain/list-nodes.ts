import { lensAbi, registryAbi } from './generated/abi.ts';
import { toNodeState } from './node-state.ts';
import type { NodeState } from './node-state.ts';
import type { Chain } from './types.ts';

/** Nodes per call: keeps a call well below the gas that RPC nodes allow. */
const NODES_PER_CALL = 100;

/** All registered nodes in the order of their ids. */
export async function listNodes(chain: Chain): Promise<NodeState[]> {
  const count = await chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'nodeCount' });
  const nodes: NodeState[] = [];
  for (let from = 1; from <= count; from += NODES_PER_CALL) {
    const part = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'nodes', args: [from, NODES_PER_CALL] });
    nodes.push(...part.map(toNodeState));
  }
  return nodes;
}
