/** Where nodes answer, by the chain and not by whoever gives the work: a job cannot send the worker to any address it likes. */
import type { Chain } from '../chain/types.ts';
import { readNode } from '../chain/read-node.ts';

export interface Places {
  /** A provider's endpoint; empty when it has none. @throws NO_SUCH_NODE */
  of(node: number): Promise<string>;
}

const KEPT_MS = 60_000;
const KEPT_MAX = 4_096;

export function createPlaces(chain: Chain, now: () => number = Date.now): Places {
  const kept = new Map<number, { readonly endpoint: Promise<string>; readonly untilMs: number }>();
  return {
    of(node) {
      const known = kept.get(node);
      if (known !== undefined && known.untilMs > now()) return known.endpoint;
      if (kept.size >= KEPT_MAX) kept.clear();
      const endpoint = readNode(chain, node).then((state) => state.endpoint.replace(/\/$/, ''));
      kept.set(node, { endpoint, untilMs: now() + KEPT_MS });
      endpoint.catch(() => kept.delete(node));
      return endpoint;
    },
  };
}
