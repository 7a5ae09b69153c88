/** Puts one peer together: the only place that knows all parts. */
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { Logger } from '../store/log.ts';
import { peerDomain } from '../wire/typed-data.ts';
import type { Signer } from '../wire/typed-data.ts';
import { createAskBook } from './asks.ts';
import type { AskBook } from './asks.ts';
import { createBindings } from './bindings.ts';
import type { Bindings } from './bindings.ts';
import { createCounters } from './counters.ts';
import type { Counters } from './counters.ts';
import { PeerUnreachableError } from './errors.ts';
import { createGossip } from './gossip.ts';
import type { Gossip } from './gossip.ts';
import { createNode, leaveRedialling, tellAddresses } from './libp2p-node.ts';
import type { Listen, Node, Role } from './libp2p-node.ts';
import { BINDING_MS, HANDSHAKE_MS, UNBOUND_MS } from './limits.ts';
import { createNoticeBook } from './notices.ts';
import type { NoticeBook } from './notices.ts';
import { openPeerKey } from './peer-key.ts';
import { bindProtocol, requestProtocol, tunnelProtocol } from './protocol.ts';
import type { NetworkName } from './protocol.ts';
import type { Registered } from './registered.ts';
import { createRequests } from './requests.ts';
import type { Requests } from './requests.ts';
import { createRouting } from './routing.ts';
import type { Routing } from './routing.ts';
import { createTunnels } from './tunnel.ts';
import type { Tunnels } from './tunnel.ts';

export interface PeerOptions {
  /** `heavy`: relay and DHT server, gossip. `light`: DHT client, reachable through a relay, upgrades to direct connections. */
  readonly role: Role;
  readonly network: NetworkName;
  /** The node in the registry that this peer speaks for; 0 for a creator. */
  readonly nodeId: number;
  /** The operator's key: signs the binding, nothing else. */
  readonly signer: Signer;
  /** The folder of `peer.key`. */
  readonly home: string;
  readonly registered: Registered;
  readonly listen: Listen;
  /** Multiaddrs that others shall use, where these are not the listening ones. */
  readonly announce?: readonly string[] | undefined;
  /** The chain's time, which ends bindings and asks. */
  readonly nowSeconds: () => Promise<number>;
  readonly log: Logger;
  /** Filled by gossip; a heavy node's match reads it. */
  readonly asks?: AskBook;
  readonly notices?: NoticeBook;
  /** New connections per second from one address. */
  readonly connectionsPerSecond?: number | undefined;
  /** How long a connection may stay without a binding. */
  readonly unboundMs?: number;
}

/**
 * A running peer. Contract: `startPeer` returns when it listens and answers; until then nothing of it is visible. `stop` may be called more
 * than once, waits for what is under way within the libraries' grace, closes every connection, and leaves no timer behind.
 */
export interface Peer {
  readonly id: string;
  readonly node: Node;
  readonly bindings: Bindings;
  readonly requests: Requests;
  readonly tunnels: Tunnels;
  readonly routing: Routing;
  readonly gossip: Gossip;
  readonly asks: AskBook;
  readonly notices: NoticeBook;
  readonly counters: Counters;
  readonly log: Logger;
  /** With the peer id, as others dial them. */
  addresses(): string[];
  /** Connects and binds. @throws PeerUnreachableError, RefusedError */
  dial(addresses: readonly string[]): Promise<Connection>;
  stop(): Promise<void>;
}

const SWEEP_MS = 5_000;

/** @throws PEER_KEY_DAMAGED; libp2p's error when a port is taken */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const { role, network, nodeId, signer, home, registered, listen, announce = [], log, connectionsPerSecond, unboundMs = UNBOUND_MS } = options;
  const { asks = createAskBook(), notices = createNoticeBook() } = options;
  const nowSeconds = steadySeconds(options.nowSeconds);
  const counters = createCounters();
  const domain = peerDomain(network);
  const held: { node?: Node } = {};
  const node = (): Node => held.node as Node;
  const bindings = createBindings(node, { protocol: bindProtocol(network), domain, signer, nodeId, registered, nowSeconds, counters, log });
  const common = { bindings, counters, log };
  const requests = createRequests(node, { ...common, protocol: requestProtocol(network) });
  const tunnels = createTunnels(node, { ...common, protocol: tunnelProtocol(network) });
  const gossip = createGossip(node, { network, domain, registered, asks, notices, nowSeconds, counters, log });
  const mayReserve = async (peer: string): Promise<boolean> => {
    const identity = await bindings.wait(peer, BINDING_MS);
    return identity !== undefined && identity.role !== 'heavy';
  };
  held.node = await createNode({ role, network, privateKey: await openPeerKey(home), listen, announce, connectionsPerSecond, isBlocked: (peer) => bindings.blocklist.has(peer), mayReserve });

  /** A relayed connection may become a direct one, and end, while it is being used for the first time. */
  const bound = async (connection: Connection): Promise<Connection> => {
    try {
      await bindings.ensure(connection);
      return connection;
    } catch (error) {
      const direct = connection.limits === undefined ? undefined : node().getConnections(connection.remotePeer).find((one) => one.status === 'open' && one.limits === undefined);
      if (direct === undefined) throw error;
      await bindings.ensure(direct);
      return direct;
    }
  };

  const sweep = async (): Promise<void> => {
    const at = await nowSeconds();
    asks.expire(at);
    notices.expire(at);
    for (const connection of node().getConnections()) {
      const isOld = Date.now() - connection.timeline.open > unboundMs;
      if (role === 'heavy' && isOld && bindings.of(connection.remotePeer.toString()) === undefined) {
        counters.count('unbound');
        log.info('peer.unbound', { peer: connection.remotePeer.toString(), address: connection.remoteAddr.toString() });
        await connection.close().catch(() => undefined);
      }
    }
  };

  await bindings.start();
  await requests.start();
  await tunnels.start();
  await node().start();
  leaveRedialling(node());
  tellAddresses(node());
  gossip.start();
  if (role === 'heavy') await node().services.dht.setMode('server', { force: true });
  const timer = setInterval(() => void sweep(), Math.min(SWEEP_MS, unboundMs));
  let stopping: Promise<void> | undefined;

  return {
    id: node().peerId.toString(),
    node: node(),
    bindings,
    requests,
    tunnels,
    routing: createRouting(node, { bindings }),
    gossip,
    asks,
    notices,
    counters,
    log,
    addresses: () => node().getMultiaddrs().map(String),
    async dial(addresses) {
      const connection = await node()
        .dial(addresses.map((one) => multiaddr(one)), { signal: AbortSignal.timeout(HANDSHAKE_MS) })
        .catch((error: unknown) => {
          throw new PeerUnreachableError(addresses[0] ?? 'A peer without addresses', error);
        });
      return bound(connection);
    },
    stop() {
      return (stopping ??= (async () => {
        clearInterval(timer);
        gossip.stop();
        await tunnels.stop();
        await requests.stop();
        await bindings.stop();
        await node().stop();
      })());
    },
  };
}

/** Goes on from the last answer while the chain does not give one: leases and bindings do not end because an RPC does. */
function steadySeconds(ask: () => Promise<number>): () => Promise<number> {
  let aheadSeconds = 0;
  return async () => {
    const localSeconds = Date.now() / 1000;
    aheadSeconds = await ask().then((seconds) => seconds - localSeconds, () => aheadSeconds);
    return localSeconds + aheadSeconds;
  };
}
