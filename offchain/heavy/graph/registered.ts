/** The registry as peers ask it: from memory, read again at most once a second for a node that is not in it. */
import type { Registered } from '../../p2p/registered.ts';
import type { Directory } from '../directory.ts';

const REREAD_MS = 1_000;

export function registeredFrom(directory: Directory, nowMs: () => number = () => performance.now()): Registered {
  let rereadMs = -Infinity;
  return {
    async node(id) {
      const known = (await directory.all()).find((node) => node.id === id);
      // Strangers may claim any id: that must not become a question to the chain each time.
      if (known !== undefined || nowMs() - rereadMs < REREAD_MS) return known;
      rereadMs = nowMs();
      return (await directory.fresh()).find((node) => node.id === id);
    },
    heavies: async () => (await directory.all()).filter(({ tier }) => tier === 'heavy'),
  };
}
