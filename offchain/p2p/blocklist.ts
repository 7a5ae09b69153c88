/** Peers that are kept out for a while. */
import { BLOCKED_MAX, BLOCK_MS } from './limits.ts';

export interface Blocklist {
  add(peer: string): void;
  has(peer: string): boolean;
}

export function createBlocklist(nowMs: () => number = () => performance.now()): Blocklist {
  const until = new Map<string, number>();
  return {
    add(peer) {
      until.delete(peer);
      until.set(peer, nowMs() + BLOCK_MS);
      for (const oldest of until.keys()) {
        if (until.size <= BLOCKED_MAX) break;
        until.delete(oldest);
      }
    },
    has: (peer) => (until.get(peer) ?? 0) > nowMs(),
  };
}
