/** The libp2p node underneath: transports, limits and services of each role, in one place. */
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { dcutr } from '@libp2p/dcutr';
import { gossipsub } from '@libp2p/gossipsub';
import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Connection, ConnectionGater, Libp2p, PeerId, PrivateKey } from '@libp2p/interface';
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import type { KadDHT } from '@libp2p/kad-dht';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { ServiceFactoryMap } from 'libp2p';
import { createBoundedDatastore } from './bounded-datastore.ts';
import { CONNECTIONS_PER_SECOND, GOSSIP_BYTES_MAX, HANDSHAKE_MS, HEAVY_CONNECTIONS_MAX, LEASES_MAX, LIGHT_CONNECTIONS_MAX, PENDING_CONNECTIONS_MAX, STREAM_WINDOW_BYTES } from './limits.ts';
import { asksTopic, dhtProtocol, noticesTopic } from './protocol.ts';
import type { NetworkName } from './protocol.ts';

export type Role = 'heavy' | 'light';

export interface Listen {
  readonly host: string;
  /** 0: any free port. Absent: this transport does not listen. */
  readonly tcpPort?: number | undefined;
  readonly wsPort?: number | undefined;
}

/** What the rest of a peer uses of libp2p. `gossip` belongs to heavy nodes: light ones publish through their parent. */
export type Node = Libp2p<{ dht: KadDHT; gossip?: GossipSub }>;

export interface NodeInit {
  readonly role: Role;
  readonly network: NetworkName;
  readonly privateKey: PrivateKey;
  readonly listen: Listen;
  readonly announce: readonly string[];
  readonly connectionsPerSecond?: number | undefined;
  readonly isBlocked: (peer: string) => boolean;
  /** Whether this relay keeps a place for a peer: asked once per reservation. */
  readonly mayReserve: (peer: string) => Promise<boolean>;
}

/**
 * One relayed libp2p connection: enough to bind, to ask and to become direct. libp2p joins the two streams without back-pressure, so
 * this is also what one slow reader can make the relay hold; bulk takes the HTTP relay.
 */
const CIRCUIT_MS = 600_000;
const CIRCUIT_BYTES = 4n * 1024n * 1024n;

/** Parts of libp2p that its public interface does not show. */
interface Libp2pComponents {
  readonly transportManager: { listen(addresses: Multiaddr[]): Promise<void>; getAddrs(): Multiaddr[] };
  readonly connectionManager: { readonly reconnectQueue: { stop(): void } };
  readonly addressManager: { confirmObservedAddr(address: Multiaddr, options: { readonly type: 'transport'; readonly ttl: number }): void };
}

/** As long as a node may run. */
const ADDRESS_TTL_MS = 10 * 365 * 24 * 3_600_000;

/** A node that is not started yet. */
export async function createNode(init: NodeInit): Promise<Node> {
  const { role, network, privateKey, listen, announce, connectionsPerSecond = CONNECTIONS_PER_SECOND } = init;
  const isHeavy = role === 'heavy';
  const services = {
    identify: identify(),
    ping: ping(),
    dht: kadDHT({ protocol: dhtProtocol(network), clientMode: !isHeavy, allowQueryWithZeroPeers: true, peerInfoMapper: passthroughMapper }),
    ...(isHeavy ? { gossip: newGossip(network), relay: newRelay() } : { dcutr: dcutr() }),
  };
  const node = await createLibp2p({
    start: false,
    privateKey,
    datastore: createBoundedDatastore(),
    addresses: { listen: addressesOf(listen), announce: [...announce] },
    transports: [tcp(), webSockets(), circuitRelayTransport({ maxInboundStopStreams: LIGHT_CONNECTIONS_MAX })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ enableKeepAlive: false, streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES } })],
    // Leases tell whether a peer is there; a ping per connection and 10 s on top would be most of an idle node's work.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: isHeavy ? HEAVY_CONNECTIONS_MAX : LIGHT_CONNECTIONS_MAX,
      inboundConnectionThreshold: connectionsPerSecond,
      maxIncomingPendingConnections: PENDING_CONNECTIONS_MAX,
      inboundUpgradeTimeout: HANDSHAKE_MS,
      inboundStreamProtocolNegotiationTimeout: HANDSHAKE_MS,
    },
    connectionGater: gater(init),
    services: services as unknown as ServiceFactoryMap<{ dht: KadDHT; gossip: GossipSub }>,
  });
  return node;
}

function newGossip(network: NetworkName) {
  return gossipsub({
    allowPublishToZeroTopicPeers: true,
    allowedTopics: [asksTopic(network), noticesTopic(network)],
    maxInboundDataLength: 4 * GOSSIP_BYTES_MAX,
    maxTopicBytesPerPeer: 4 * GOSSIP_BYTES_MAX,
    ignoreDuplicatePublishError: true,
    scoreThresholds: { graylistThreshold: -200, publishThreshold: -100, gossipThreshold: -50 },
  });
}

function newRelay() {
  return circuitRelayServer({ reservations: { maxReservations: LEASES_MAX, defaultDurationLimit: CIRCUIT_MS, defaultDataLimit: CIRCUIT_BYTES } });
}

function addressesOf({ host, tcpPort, wsPort }: Listen): string[] {
  const ip = `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}`;
  return [...(tcpPort === undefined ? [] : [`${ip}/tcp/${tcpPort}`]), ...(wsPort === undefined ? [] : [`${ip}/tcp/${wsPort}/ws`])];
}

/**
 * Tells the addresses that this node listens on to others. libp2p keeps public ones back until a stranger has confirmed them; here the owner
 * chose them, and a parent or a dialler finds out soon enough when they are wrong.
 */
export function tellAddresses(node: Node): void {
  const { addressManager, transportManager } = (node as unknown as { components: Pick<Libp2pComponents, 'addressManager' | 'transportManager'> }).components;
  for (const address of transportManager.getAddrs()) addressManager.confirmObservedAddr(address, { type: 'transport', ttl: ADDRESS_TTL_MS });
}

/**
 * libp2p's own redialling ends: it comes back at once to a peer that turns it away, as often as it is turned away, whatever `reconnectRetries`
 * says. Leases and neighbours decide who is dialled again, and when.
 */
export function leaveRedialling(node: Node): void {
  (node as unknown as { components: Pick<Libp2pComponents, 'connectionManager'> }).components.connectionManager.reconnectQueue.stop();
}

/**
 * Asks the relay behind `connection` to pass connections on to this node. libp2p would look for relays by itself, with random walks
 * through the DHT that never pause while the node is alone; a light node has exactly one relay that matters, its parent.
 */
export async function listenThrough(node: Node, connection: Connection): Promise<void> {
  const { components } = node as unknown as { components: Pick<Libp2pComponents, 'transportManager'> };
  const relay = connection.remoteAddr.toString().replace(/\/p2p\/.*$/, '');
  await components.transportManager.listen([multiaddr(`${relay}/p2p/${connection.remotePeer.toString()}/p2p-circuit`)]);
}

function gater({ isBlocked, mayReserve }: NodeInit): ConnectionGater {
  const blocked = (peer: PeerId): boolean => isBlocked(peer.toString());
  return {
    // Devnets and tests live on loopback addresses, which libp2p would leave out.
    denyDialMultiaddr: () => false,
    denyDialPeer: blocked,
    denyInboundEncryptedConnection: blocked,
    denyInboundRelayReservation: async (peer) => !(await mayReserve(peer.toString())),
  };
}
