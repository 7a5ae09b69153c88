/** Puts a heavy node into the graph of peers: its libp2p node, leases, neighbours and the relay. Loaded only when it is switched on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { networkMode } from '../../chain/network-mode.ts';
import { createAttachments } from '../../p2p/attachments.ts';
import { createFairShare } from '../../p2p/fair-share.ts';
import { ASK_SECONDS_MAX } from '../../p2p/limits.ts';
import { createNeighbours } from '../../p2p/neighbours.ts';
import { createNoticeBook, signNotice } from '../../p2p/notices.ts';
import { heaviesKey } from '../../p2p/find-heavies.ts';
import { contentKey } from '../../p2p/routing.ts';
import { startPeer } from '../../p2p/start-peer.ts';
import { isRelayUrl, relayUrl } from '../../wire/relay-url.ts';
import { peerDomain } from '../../wire/typed-data.ts';
import type { HeavyContext } from '../context.ts';
import { startLoop } from '../../store/loop.ts';
import { probe } from '../offers.ts';
import { createHttpRelay } from './http-relay.ts';
import { registeredFrom } from './registered.ts';
import { createSeenRequests } from './seen-requests.ts';
import type { Graph } from './types.ts';

/** A node that does not answer a call back is called once more after this pause: a busy machine is not an unreachable one. */
const CALL_AGAIN_MS = 1_500;
/** A state that has not changed is said again this often. */
const NOTICE_SECONDS = ASK_SECONDS_MAX / 3;

/** @throws PEER_KEY_DAMAGED; libp2p's error when a port is taken */
export async function startGraph(context: Omit<HeavyContext, 'graph'>, options: { readonly url: string }): Promise<Graph> {
  const { id, chain, account, settings, directory, asks, log, signal } = context;
  const { p2p } = settings;
  const network = chain.deployment;
  const registered = registeredFrom(directory);
  const notices = createNoticeBook();
  const peer = await startPeer({
    role: 'heavy', network, nodeId: id, signer: account, home: settings.home, registered, asks, notices, log,
    nowSeconds: () => chain.nowSeconds(),
    listen: { host: p2p.host ?? settings.listen.host, tcpPort: p2p.tcpPort, wsPort: p2p.wsPort },
    announce: p2p.announce,
    connectionsPerSecond: p2p.connectionsPerSecond,
  });
  const neighbours = createNeighbours({ peer, nodeId: id, registered, keep: p2p.neighbours, log });
  const isThere = (node: number, endpoint: string): Promise<boolean> => probe({ id: node, endpoint } as Parameters<typeof probe>[0], signal).then(() => true, () => false);
  const attachments = createAttachments({
    peer, nodeId: id, url: options.url, maxLeases: p2p.maxLeases, leaseMs: p2p.leaseMs,
    isOwn: async (node) => (await registered.node(node))?.parent === id,
    dialBack: async (node, url) => {
      if (!/^https?:\/\//.test(url)) return false;
      const endpoint = url.replace(/\/$/, '');
      if (await isThere(node, endpoint)) return true;
      await sleep(CALL_AGAIN_MS);
      return isThere(node, endpoint);
    },
    relayUrl: (node) => (p2p.relayBytesPerSecond === 0 ? undefined : relayUrl(options.url, node)),
    told: () => neighbours.told(),
  });
  const share = createFairShare({ bytesPerSecond: Math.max(1, p2p.relayBytesPerSecond) });
  const relay = createHttpRelay({ connectionOf: (node) => attachments.connectionOf(node), tunnels: peer.tunnels, share, log });
  const seen = createSeenRequests();
  let isFindable = false;
  let said: { readonly state: string; readonly atSeconds: number } | undefined;

  const sayMode = async (): Promise<void> => {
    const state = await networkMode(chain);
    const at = Math.floor(await chain.nowSeconds());
    if (said?.state === state && at - said.atSeconds < NOTICE_SECONDS) return;
    const cause = state === 'normal' ? '' : 'Too little of what is promised was proven.';
    await peer.gossip.publishNotice(await signNotice(account, peerDomain(network), { node: id, sequence: Date.now(), state, cause, expiry: at + ASK_SECONDS_MAX }));
    said = { state, atSeconds: at };
  };
  /** So that creators who only know some peer find this node. */
  const sayHere = async (): Promise<void> => {
    if (isFindable || neighbours.list().length === 0) return;
    await peer.routing.provide(await heaviesKey()).then(() => (isFindable = true), (error: unknown) => log.info('graph.not-findable', { error }));
  };
  const loop = startLoop({
    name: 'graph', intervalMs: p2p.tickMs, log,
    tick: async () => {
      attachments.expire();
      await neighbours.tick();
      await sayMode();
      await sayHere();
    },
  });
  log.info('graph.started', { peer: peer.id, addresses: peer.addresses() });

  return {
    notices,
    attached: () => attachments.nodes(),
    neighbours() {
      const known = neighbours.list().map(({ node }) => node);
      return known.length === 0 ? undefined : known;
    },
    isRepeat: (request) => seen.note(request),
    async placeOf(node) {
      if (!isRelayUrl(node, (await registered.heavies()).map(({ endpoint }) => endpoint))) return node.endpoint;
      const host = attachments.connectionOf(node.id)?.remoteAddr.toString().split('/')[2];
      return host === undefined ? '' : `tcp://${host.includes(':') ? `[${host}]` : host}`;
    },
    contents: { provide: (contentId) => peer.routing.provide(contentKey(contentId)), withdraw: (contentId) => peer.routing.withdraw(contentKey(contentId)), find: (contentId) => peer.routing.find(contentKey(contentId)) },
    card: () => ({ node: id, addresses: peer.addresses() }),
    status: () => ({ peer: peer.id, attached: attachments.size, load: attachments.load, neighbours: neighbours.list().map(({ node }) => node), relaying: relay.active }),
    relay: (node) => relay.carry(node),
    async stop() {
      await loop.stop();
      share.stop();
      await peer.stop();
    },
  };
}
