/** The registry as light nodes and creators ask it: read when they need a parent, not all the time. */
import { ChainError } from './chain-errors.ts';
import { listNodes } from './list-nodes.ts';
import type { NodeState } from './node-state.ts';
import { readNode } from './read-node.ts';
import type { Chain } from './types.ts';

/** As peers want it: see p2p/registered.ts. */
export interface RegisteredNodes {
  /** undefined: no such node is registered. Throws when the chain was never read. */
  node(id: number): Promise<NodeState | undefined>;
  heavies(): Promise<readonly NodeState[]>;
}

const HEAVIES_MS = 60_000;
const NODE_MS = 10_000;
const NODES_KEPT = 1_024;

export function registeredFrom(chain: Chain, nowMs: () => number = () => performance.now()): RegisteredNodes {
  let heavies: { readonly nodes: readonly NodeState[]; readonly atMs: number } | undefined;
  const nodes = new Map<number, { readonly node: NodeState | undefined; readonly atMs: number }>();
  return {
    async node(id) {
      const known = nodes.get(id);
      if (known !== undefined && nowMs() - known.atMs < NODE_MS) return known.node;
      // A chain that does not answer is no proof that a node is not registered: what it said last counts.
      const node = await readNode(chain, id).catch((error: unknown) => {
        if (error instanceof ChainError && error.code === 'NO_SUCH_NODE') return undefined;
        if (known === undefined) throw error;
        return known.node;
      });
      nodes.delete(id);
      nodes.set(id, { node, atMs: nowMs() });
      for (const oldest of nodes.keys()) {
        if (nodes.size <= NODES_KEPT) break;
        nodes.delete(oldest);
      }
      return node;
    },
    async heavies() {
      if (heavies !== undefined && nowMs() - heavies.atMs < HEAVIES_MS) return heavies.nodes;
      try {
        heavies = { nodes: (await listNodes(chain)).filter(({ tier }) => tier === 'heavy'), atMs: nowMs() };
      } catch (error) {
        if (heavies === undefined) throw error;
      }
      return heavies.nodes;
    },
  };
}
