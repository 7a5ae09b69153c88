/** The heavy nodes that one stays connected to: few, so that it stays cheap, and chosen so that the graph holds together. */
import type { Logger } from '../store/log.ts';
import { cardOf, connectTo } from './bootstrap.ts';
import { NEIGHBOURS_KEPT, NEIGHBOURS_TOLD } from './limits.ts';
import { HelloReply } from './messages.ts';
import type { PeerCard } from './messages.ts';
import type { Registered, RegisteredNode } from './registered.ts';
import type { Peer } from './start-peer.ts';

export interface Neighbour {
  readonly node: number;
  readonly card: PeerCard;
  /** Of the last exchange. */
  readonly rttMs: number;
  readonly load: number;
}

export interface Neighbours {
  /** Those that answered last time, fastest first. */
  list(): Neighbour[];
  /** What light nodes are told for the day this node is gone: the least loaded first. */
  told(): PeerCard[];
  /** Connects to the chosen ones and asks each how it is. */
  tick(): Promise<void>;
}

export function createNeighbours(init: { readonly peer: Peer; readonly nodeId: number; readonly registered: Registered; readonly keep?: number; readonly log: Logger }): Neighbours {
  const { peer, nodeId, registered, keep = NEIGHBOURS_KEPT, log } = init;
  const known = new Map<number, Neighbour>();
  const silent = new Set<number>();

  const meet = async (node: RegisteredNode): Promise<void> => {
    try {
      const card = known.get(node.id)?.card ?? (await cardOf(node));
      const connection = await connectTo(peer, card);
      const startMs = performance.now();
      const { load } = await peer.requests.send(connection, 'hello', { body: {}, schema: HelloReply });
      if (!known.has(node.id)) log.info('neighbour.up', { neighbour: node.id });
      known.set(node.id, { node: node.id, card, rttMs: performance.now() - startMs, load });
      silent.delete(node.id);
    } catch (error) {
      if (known.delete(node.id) || !silent.has(node.id)) log.warn('neighbour.down', { neighbour: node.id, error });
      silent.add(node.id);
    }
  };

  return {
    list: () => [...known.values()].sort((a, b) => a.rttMs - b.rttMs),
    told: () => [...known.values()].sort((a, b) => a.load - b.load).slice(0, NEIGHBOURS_TOLD).map(({ card }) => card),
    async tick() {
      const others = (await registered.heavies()).filter(({ id, endpoint }) => id !== nodeId && endpoint !== '');
      const chosen = chooseNeighbours(others, { nodeId, keep, known, silent });
      for (const id of known.keys()) if (!chosen.some((node) => node.id === id)) known.delete(id);
      for (const id of silent) if (!others.some((node) => node.id === id)) silent.delete(id);
      await Promise.all(chosen.map(meet));
    },
  };
}

/**
 * Half of them are the next ids in a ring, so that every heavy node is reached from every other one; the others are the fastest that are known,
 * unknown ones in the ring's order while there is room, and last those that did not answer: a row of dead ones in the ring cuts nobody off.
 */
export function chooseNeighbours<N extends { readonly id: number }>(others: readonly N[], options: { readonly nodeId: number; readonly keep: number; readonly known: ReadonlyMap<number, { readonly rttMs: number }>; readonly silent?: ReadonlySet<number> }): N[] {
  const { nodeId, keep, known, silent = new Set() } = options;
  const ring = [...others].sort((a, b) => Number(a.id < nodeId) - Number(b.id < nodeId) || a.id - b.id);
  const next = ring.slice(0, Math.ceil(keep / 2));
  const rttOf = ({ id }: N): number => known.get(id)?.rttMs ?? (silent.has(id) ? Infinity : Number.MAX_VALUE);
  const rest = ring.slice(next.length).sort((a, b) => (rttOf(a) === rttOf(b) ? 0 : rttOf(a) - rttOf(b)));
  return [...next, ...rest.slice(0, keep - next.length)];
}
