/** The parent's side of attachment: which light nodes are here, for how long, and whether the world can reach them. */
import type { Connection } from '@libp2p/interface';
import { z } from 'zod';
import { HttpError, ConflictError, UnavailableError } from '../wire/http-errors.ts';
import { SignedAsk } from './asks.ts';
import type { Identity } from './binding.ts';
import { CALL_BACK_MS, CREATOR_SHARE, LEASES_MAX, LEASE_MS } from './limits.ts';
import { AttachRequest } from './messages.ts';
import type { AttachReply, HelloReply, PeerCard } from './messages.ts';
import { SignedNotice } from './notices.ts';
import type { Peer } from './start-peer.ts';

const LIGHT: readonly Identity['role'][] = ['standard', 'archival', 'edge', 'creator'];
/** Share of the leases that strangers' children may take. */
const FOSTER_SHARE = 0.9;
/** A reachable node is called back again after this long. */
const REACH_MS = 300_000;

export interface Lease {
  /** 0 for a creator. */
  readonly node: number;
  readonly peer: string;
  readonly sinceMs: number;
  untilMs: number;
  url: string | undefined;
  isReachable: boolean | undefined;
  reachedMs: number;
}

export interface Attachments {
  readonly size: number;
  /** 0 to 1. */
  readonly load: number;
  has(node: number): boolean;
  nodes(): number[];
  leaseOf(node: number): Lease | undefined;
  /** The connection that an attached node keeps. */
  connectionOf(node: number): Connection | undefined;
  /** Ends leases that were not renewed. */
  expire(): void;
}

export interface AttachmentsInit {
  readonly peer: Peer;
  readonly nodeId: number;
  /** This node's own HTTP service. */
  readonly url?: string | undefined;
  readonly maxLeases?: number | undefined;
  readonly leaseMs?: number | undefined;
  /** Children by the registry: they have a place even when strangers' children took theirs. */
  readonly isOwn: (node: number) => Promise<boolean>;
  /** Calls a node at the address that it claims; true when that node answers there. */
  readonly dialBack: (node: number, url: string) => Promise<boolean>;
  /** Where this node carries requests to another; undefined: it does not. */
  readonly relayUrl: (node: number) => string | undefined;
  readonly told: () => PeerCard[];
  readonly nowMs?: () => number;
}

export function createAttachments(init: AttachmentsInit): Attachments {
  const { peer, nodeId, url: ownUrl, maxLeases = LEASES_MAX, leaseMs = LEASE_MS, isOwn, dialBack, relayUrl, told, nowMs = () => performance.now() } = init;
  const leases = new Map<string, Lease>();
  const keyOf = ({ node, peer: id }: Identity): string => (node === 0 ? id : String(node));
  const load = (): number => Math.min(1, leases.size / maxLeases);
  const hello = (): HelloReply => ({ node: nodeId, load: load(), neighbours: told(), ...(ownUrl === undefined ? {} : { url: ownUrl }) });

  const admit = async (from: Identity): Promise<Lease> => {
    const key = keyOf(from);
    const known = leases.get(key);
    if (known?.peer === from.peer) return known;
    const creators = [...leases.values()].filter(({ node }) => node === 0).length;
    if (from.node === 0 && creators >= maxLeases * CREATOR_SHARE) throw new UnavailableError('This heavy node has no room for another creator.', { code: 'PARENT_FULL', nextStep: 'Attach to another one.' });
    const room = from.node !== 0 && (await isOwn(from.node)) ? maxLeases : Math.floor(maxLeases * FOSTER_SHARE);
    if (known === undefined && leases.size >= room) throw new UnavailableError('This heavy node has no room for another light node.', { code: 'PARENT_FULL', nextStep: 'Attach to another one.' });
    const lease: Lease = { node: from.node, peer: from.peer, sinceMs: nowMs(), untilMs: 0, url: undefined, isReachable: undefined, reachedMs: -Infinity };
    leases.set(key, lease);
    peer.log.info('child.attached', { child: from.node, peer: from.peer });
    return lease;
  };

  const attach = async (body: AttachRequest, from: Identity): Promise<AttachReply> => {
    const lease = await admit(from);
    lease.untilMs = nowMs() + leaseMs;
    const { url } = body;
    if (lease.url !== url) lease.isReachable = undefined;
    if (url !== undefined && from.node !== 0 && nowMs() - lease.reachedMs > (lease.isReachable === undefined ? CALL_BACK_MS : REACH_MS)) {
      // Set first: a second request while this one calls back does not call once more.
      lease.reachedMs = nowMs();
      lease.url = url;
      lease.isReachable = await dialBack(from.node, url);
      peer.log.info('child.called', { child: from.node, url, isReachable: lease.isReachable });
    }
    const relay = from.node === 0 ? undefined : relayUrl(from.node);
    return { ...hello(), leaseMs, ...(lease.isReachable === undefined ? {} : { isReachable: lease.isReachable }), ...(relay === undefined ? {} : { relayUrl: relay }) };
  };

  const publish = async <T>(who: number, from: Identity, act: () => Promise<T>): Promise<{ isNew: T }> => {
    if (who !== from.node) throw new ConflictError(`Node ${from.node} cannot speak for node ${who}.`, { code: 'NOT_YOURS' });
    if (!leases.has(keyOf(from))) throw new HttpError(409, 'NOT_ATTACHED', 'Only attached nodes publish here.', { nextStep: 'Attach first.' });
    return { isNew: await act() };
  };

  peer.requests.handle('hello', { schema: z.object({}), roles: [...LIGHT, 'heavy'] }, async () => hello());
  peer.requests.handle('attach', { schema: AttachRequest, roles: LIGHT }, attach);
  peer.requests.handle('detach', { schema: z.object({}), roles: LIGHT }, async (_body, from) => {
    if (leases.get(keyOf(from))?.peer === from.peer && leases.delete(keyOf(from))) peer.log.info('child.detached', { child: from.node });
    return {};
  });
  peer.requests.handle('ask', { schema: SignedAsk, roles: LIGHT }, (ask, from) => publish(ask.provider, from, () => peer.gossip.publishAsk(ask as SignedAsk)));
  peer.requests.handle('notice', { schema: SignedNotice, roles: LIGHT }, (notice, from) => publish(notice.node, from, () => peer.gossip.publishNotice(notice as SignedNotice)));

  return {
    get size() {
      return leases.size;
    },
    get load() {
      return load();
    },
    has: (node) => leases.has(String(node)),
    nodes: () => [...leases.values()].filter(({ node }) => node !== 0).map(({ node }) => node),
    leaseOf: (node) => leases.get(String(node)),
    connectionOf(node) {
      const lease = leases.get(String(node));
      if (lease === undefined) return undefined;
      return peer.node.getConnections().find((one) => one.remotePeer.toString() === lease.peer && one.status === 'open' && one.limits === undefined);
    },
    expire() {
      const lapsed = [...leases].filter(([, { untilMs }]) => untilMs <= nowMs());
      for (const [key, { node }] of lapsed) {
        leases.delete(key);
        peer.log.info('child.lapsed', { child: node });
      }
      const gone = new Set(lapsed.map(([, lease]) => lease.peer));
      for (const connection of peer.node.getConnections()) {
        const id = connection.remotePeer.toString();
        // A creator that only came to ask something need not stay.
        const isIdle = peer.bindings.of(id)?.role === 'creator' && !leases.has(id) && Date.now() - connection.timeline.open > leaseMs;
        if (gone.has(id) || isIdle) void connection.close().catch(() => undefined);
      }
    },
  };
}
