/** From a heavy node's entry in the registry to a bound connection. */
import type { Connection } from '@libp2p/interface';
import { requestJson } from '../wire/http-client.ts';
import { PeerUnreachableError, RefusedError } from './errors.ts';
import { PeerCard } from './messages.ts';
import type { RegisteredNode } from './registered.ts';
import type { Peer } from './start-peer.ts';

const CARD_BYTES_MAX = 16 * 1024;
const CARD_MS = 3_000;

/** The registry holds a URL, whose `/peer` tells the addresses, or a multiaddr. @throws TransportError, RemoteError, PeerUnreachableError */
export async function cardOf(node: Pick<RegisteredNode, 'id' | 'endpoint'>): Promise<PeerCard> {
  if (node.endpoint.startsWith('/')) return { node: node.id, addresses: [node.endpoint] };
  if (node.endpoint === '') throw new PeerUnreachableError(`Node ${node.id}, whose registry entry has no address,`);
  return requestJson(`${node.endpoint.replace(/\/$/, '')}/peer`, { schema: PeerCard, timeoutMs: CARD_MS, maxBytes: CARD_BYTES_MAX });
}

/** Connects and makes sure that the peer there speaks for `card.node`. @throws PeerUnreachableError, RefusedError */
export async function connectTo(peer: Peer, card: PeerCard): Promise<Connection> {
  const known = peer.bindings.peerOf(card.node);
  const open = known === undefined ? undefined : peer.node.getConnections().find((one) => one.remotePeer.toString() === known && one.status === 'open' && one.limits === undefined);
  if (open !== undefined) return open;
  if (card.addresses.length === 0) throw new PeerUnreachableError(`Node ${card.node}, which names no addresses,`);
  const connection = await peer.dial(card.addresses);
  const identity = await peer.bindings.ensure(connection);
  if (identity.node === card.node) return connection;
  await connection.close().catch(() => undefined);
  throw new RefusedError('bad-binding', `Node ${identity.node} answers at the address of node ${card.node}.`);
}
