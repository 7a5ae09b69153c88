/** The registry as peers ask it: from memory, read again at most once a second for a node that is not in it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeState } from '../../chain/node-state.ts';
import type { Registered } from '../../p2p/registered.ts';
import type { Directory } from '../directory.ts';

const REREAD_MS = 1_000;

export function registeredFrom(directory: Directory, nowMs: () => number = () => performance.now()): Registered {
  let rereadMs = -Infinity;
  let rereading: Promise<readonly NodeState[]> | undefined;
  /** Strangers may claim any id: all who ask within a second wait for one reading together. */
  const reread = (): Promise<readonly NodeState[]> =>
    (rereading ??= (async () => {
      const waitMs = rereadMs + REREAD_MS - nowMs();
      if (waitMs > 0) await sleep(waitMs);
      rereadMs = nowMs();
      rereading = undefined;
      return directory.fresh();
    })());
  return {
    async node(id) {
      const byId = (node: NodeState): boolean => node.id === id;
      return (await directory.all()).find(byId) ?? (await reread()).find(byId);
    },
    heavies: async () => (await directory.all()).filter(({ tier }) => tier === 'heavy'),
  };
}
