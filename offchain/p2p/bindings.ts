/** Whose peer is at the other end of each connection: asked, checked against the registry, and remembered while it is connected. */
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { TypedDataDomain } from 'viem';
import type { Logger } from '../store/log.ts';
import type { Signer } from '../wire/typed-data.ts';
import { SignedBinding, checkBinding, signBinding } from './binding.ts';
import type { Identity } from './binding.ts';
import { createBlocklist } from './blocklist.ts';
import type { Blocklist } from './blocklist.ts';
import type { Counters } from './counters.ts';
import { PeerUnreachableError, RefusedError } from './errors.ts';
import { readMessage, sendMessage } from './frames.ts';
import type { Node } from './libp2p-node.ts';
import { BINDINGS_PER_SECOND, BINDING_BURST, BINDING_BYTES_MAX, BINDING_MS, BINDING_SECONDS, HEAVY_CONNECTIONS_MAX } from './limits.ts';
import { createRates } from '../wire/rates.ts';
import type { Registered } from './registered.ts';

export interface Bindings {
  readonly blocklist: Blocklist;
  /** Whom a connected peer speaks for; undefined: it has not shown that, or what it showed has ended. */
  of(peer: string): Identity | undefined;
  peerOf(node: number): string | undefined;
  /** Exchanges bindings where that has not happened yet, or did long ago. @throws RefusedError, PeerUnreachableError */
  ensure(connection: Connection): Promise<Identity>;
  /** As `of`, but gives the exchange a moment to end. */
  wait(peer: string, timeoutMs: number): Promise<Identity | undefined>;
  /** The own binding, as it is sent to others. */
  own(): Promise<SignedBinding>;
  /** Answers exchanges and forgets peers that leave. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface BindingsInit {
  readonly protocol: string;
  readonly domain: TypedDataDomain;
  readonly signer: Signer;
  /** The node that this peer speaks for; 0 for a creator. */
  readonly nodeId: number;
  readonly registered: Registered;
  readonly nowSeconds: () => Promise<number>;
  readonly counters: Counters;
  readonly log: Logger;
}

export function createBindings(node: () => Node, init: BindingsInit): Bindings {
  const { protocol, domain, signer, nodeId, registered, nowSeconds, counters, log } = init;
  const identities = new Map<string, Identity>();
  const newest = new Map<number, { peer: string; sequence: number }>();
  const waiting = new Set<() => void>();
  const blocklist = createBlocklist();
  const rates = createRates({ perSecond: BINDINGS_PER_SECOND, burst: BINDING_BURST, maxKeys: HEAVY_CONNECTIONS_MAX });
  let mine: SignedBinding | undefined;
  /** The second for which `of` decides; exact to a lease's renewal. */
  let seenSeconds = 0;

  const now = async (): Promise<number> => (seenSeconds = Math.floor(await nowSeconds()));

  const own = async (): Promise<SignedBinding> => {
    const at = await now();
    if (mine !== undefined && mine.expiry > at + BINDING_SECONDS / 2) return mine;
    const peer = node().peerId.toString();
    return (mine = await signBinding(signer, domain, { node: nodeId, peer, sequence: Date.now(), expiry: at + BINDING_SECONDS }));
  };

  const accept = async (connection: Connection, binding: SignedBinding): Promise<Identity> => {
    const peer = connection.remotePeer.toString();
    const identity = await checkBinding(binding, { peer, domain, registered, nowSeconds: await now() });
    const last = newest.get(identity.node);
    if (identity.node !== 0 && last !== undefined && last.peer !== peer && last.sequence >= identity.sequence) {
      throw new RefusedError('stale', `Node ${identity.node} is bound to a newer peer.`);
    }
    if (last !== undefined && last.peer !== peer) identities.delete(last.peer);
    if (identity.node !== 0) newest.set(identity.node, { peer, sequence: identity.sequence });
    identities.set(peer, identity);
    for (const wake of waiting) wake();
    return identity;
  };

  /** Whoever lies about whose peer it is has nothing else to say here for a while. */
  const turnAway = (connection: Connection, error: unknown): void => {
    const reason = error instanceof RefusedError ? error.reason : 'broken';
    const peer = connection.remotePeer.toString();
    counters.count(reason);
    log.warn('peer.refused', { peer, reason, address: connection.remoteAddr.toString(), error });
    if (reason === 'bad-binding' || reason === 'garbage' || reason === 'oversize') blocklist.add(peer);
    connection.abort(error instanceof Error ? error : new Error(String(error)));
  };

  const answer = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      if (!rates.take(connection.remotePeer.toString())) throw new RefusedError('rate', 'It shows its binding too often.');
      await accept(connection, await readMessage(stream, SignedBinding, { maxBytes: BINDING_BYTES_MAX, timeoutMs: BINDING_MS }));
      sendMessage(stream, await own());
      await stream.close();
    } catch (error) {
      turnAway(connection, error);
    }
  };

  const exchange = async (connection: Connection): Promise<Identity> => {
    let stream: Stream | undefined;
    try {
      stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(BINDING_MS), runOnLimitedConnection: true });
      sendMessage(stream, await own());
      const binding = await readMessage(stream, SignedBinding, { maxBytes: BINDING_BYTES_MAX, timeoutMs: BINDING_MS });
      await stream.close();
      return await accept(connection, binding);
    } catch (error) {
      stream?.abort(new Error('the exchange of bindings failed'));
      if (!(error instanceof RefusedError)) throw new PeerUnreachableError(`Peer ${connection.remotePeer.toString()}`, error);
      turnAway(connection, error);
      throw error;
    }
  };

  const of = (peer: string): Identity | undefined => {
    const identity = identities.get(peer);
    return identity === undefined || identity.expiry <= seenSeconds ? undefined : identity;
  };
  const forget = ({ detail }: CustomEvent<PeerId>): void => void identities.delete(detail.toString());

  return {
    blocklist,
    own,
    of,
    peerOf(id) {
      const last = newest.get(id);
      return last !== undefined && of(last.peer)?.node === id ? last.peer : undefined;
    },
    async ensure(connection) {
      const known = of(connection.remotePeer.toString());
      return known !== undefined && known.expiry > (await now()) + BINDING_SECONDS / 4 ? known : exchange(connection);
    },
    async wait(peer, timeoutMs) {
      if (of(peer) !== undefined) return of(peer);
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(of(peer));
        };
        const look = (): void => void (of(peer) !== undefined && done());
        const timer = setTimeout(done, timeoutMs);
        waiting.add(look);
      });
    },
    async start() {
      node().addEventListener('peer:disconnect', forget);
      await node().handle(protocol, (stream, connection) => void answer(stream, connection), { maxInboundStreams: 2, runOnLimitedConnection: true });
    },
    async stop() {
      node().removeEventListener('peer:disconnect', forget);
      await node().unhandle(protocol);
      identities.clear();
    },
  };
}
