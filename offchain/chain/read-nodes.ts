import type { NodeState } from './node-state.ts';
import { readNode } from './read-node.ts';
import type { Chain } from './types.ts';

/** In the order of `ids`. Throws NO_SUCH_NODE. */
export async function readNodes(chain: Chain, ids: readonly number[]): Promise<NodeState[]> {
  return Promise.all(ids.map((id) => readNode(chain, id)));
}
