/** The registry as this node last read it. Matches, probes and repairs ask often; the chain is asked at most once per `maxAgeMs`. */
import { listNodes } from '../chain/list-nodes.ts';
import type { NodeState } from '../chain/node-state.ts';
import type { Chain } from '../chain/types.ts';

export interface Directory {
  /** All nodes. Falls back to the last answer when the chain does not answer now; throws when there was none. */
  all(): Promise<readonly NodeState[]>;
  /** As `all`, read anew unless a read is under way. */
  fresh(): Promise<readonly NodeState[]>;
}

export function createDirectory(chain: Chain, options: { readonly maxAgeMs: number; readonly now?: () => number }): Directory {
  const { maxAgeMs, now = Date.now } = options;
  let known: { readonly nodes: readonly NodeState[]; readonly atMs: number } | undefined;
  let reading: Promise<readonly NodeState[]> | undefined;

  const read = async (): Promise<readonly NodeState[]> => {
    const nodes = (await listNodes(chain)).map((node) => ({ ...node, endpoint: node.endpoint.replace(/\/$/, '') }));
    known = { nodes, atMs: now() };
    return nodes;
  };
  const fresh = () => (reading ??= read().finally(() => (reading = undefined)));
  return {
    fresh,
    async all() {
      if (known !== undefined && now() - known.atMs < maxAgeMs) return known.nodes;
      try {
        return await fresh();
      } catch (error) {
        if (known === undefined) throw error;
        return known.nodes;
      }
    },
  };
}
