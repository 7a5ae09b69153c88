/** Heavy nodes and their addresses, found by asking peers: when the registry's address of one is old, or none of the registry's answers. */
import type { Connection } from '@libp2p/interface';
import { connectTo } from './bootstrap.ts';
import { HEAVIES_FOUND } from './limits.ts';
import { HelloReply } from './messages.ts';
import type { PeerCard } from './messages.ts';
import { nameKey } from './routing.ts';
import type { Peer } from './start-peer.ts';

export interface FoundHeavy {
  readonly node: number;
  /** Its HTTP service, by its own word over a connection that is bound to it. */
  readonly url: string;
  readonly rttMs: number;
}

/** The key of the DHT under which heavy nodes are found. */
export function heaviesKey(): ReturnType<typeof nameKey> {
  return nameKey('heavy nodes');
}

/**
 * Dials `bootstrap` (multiaddrs), goes on to the neighbours that these name and to those that the DHT names; the nearest first. What somebody says about others is
 * a hint: each heavy node is asked itself. @throws nothing: who does not answer is left out
 */
export async function findHeavies(peer: Peer, bootstrap: readonly string[]): Promise<FoundHeavy[]> {
  const found = new Map<number, FoundHeavy>();
  const hints = new Map<number, PeerCard>();
  const meet = async (connect: () => Promise<Connection>): Promise<void> => {
    try {
      const connection = await connect();
      const { node, role } = await peer.bindings.ensure(connection);
      if (role !== 'heavy' || found.has(node)) return;
      const startMs = performance.now();
      const { url, neighbours } = await peer.requests.send(connection, 'hello', { body: {}, schema: HelloReply });
      const rttMs = performance.now() - startMs;
      for (const card of neighbours) if (hints.size < HEAVIES_FOUND) hints.set(card.node, card);
      if (url !== undefined) found.set(node, { node, url, rttMs });
    } catch (error) {
      peer.log.info('heavy.not-found', { error });
    }
  };
  await Promise.all(bootstrap.slice(0, HEAVIES_FOUND).map((address) => meet(() => peer.dial([address]))));
  if (found.size === 0 && hints.size === 0) return [];
  await Promise.all([...hints.values()].filter(({ node }) => !found.has(node)).map((card) => meet(() => connectTo(peer, card))));
  const holders = await peer.routing.find(await heaviesKey(), { limit: HEAVIES_FOUND });
  const others = holders.filter(({ node, addresses }) => node !== undefined && !found.has(node) && addresses.length > 0);
  await Promise.all(others.map(({ node = 0, peer: id, addresses }) => meet(() => connectTo(peer, { node, addresses: addresses.map((one) => withPeer(one, id)) }))));
  return [...found.values()].sort((a, b) => a.rttMs - b.rttMs).slice(0, HEAVIES_FOUND);
}

function withPeer(address: string, peer: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peer}`;
}
