/** HTTP through a libp2p stream: the node at the other end pipes it to its own HTTP service, and to nothing else. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Connection, Stream } from '@libp2p/interface';
import type { Logger } from '../store/log.ts';
import type { Identity } from './binding.ts';
import type { Bindings } from './bindings.ts';
import type { Counters } from './counters.ts';
import { toDuplex } from './duplex.ts';
import { PeerUnreachableError, RefusedError } from './errors.ts';
import type { Node } from './libp2p-node.ts';
import { BINDING_MS, CREATOR_SHARE, TUNNELS_PER_NODE, TUNNEL_BYTES_MAX, TUNNEL_IDLE_MS } from './limits.ts';
import { createIdleTimer, createMeter } from './metered.ts';

export interface Tunnels {
  /** A byte stream to the HTTP service of the peer behind `connection`. One exchange, then close it. @throws PeerUnreachableError, RefusedError */
  open(connection: Connection): Promise<Duplex>;
  /** Lets bound peers reach the HTTP service on this machine at `target`. */
  serve(target: { readonly host: string; readonly port: number }): void;
  readonly active: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createTunnels(node: () => Node, init: { readonly protocol: string; readonly bindings: Bindings; readonly counters: Counters; readonly log: Logger }): Tunnels {
  const { protocol, bindings, counters, log } = init;
  let target: { readonly host: string; readonly port: number } | undefined;
  const open = new Map<Duplex, Identity['role']>();

  const carry = async (stream: Stream, connection: Connection): Promise<void> => {
    const peer = connection.remotePeer.toString();
    const refusal = refusalOf(peer);
    if (refusal !== undefined || target === undefined) {
      if (refusal !== undefined) counters.count(refusal.reason);
      log.warn('tunnel.refused', { peer, error: refusal });
      return void (refusal?.reason === 'unbound' ? connection.abort(refusal) : stream.abort(refusal ?? new Error('nothing is served here')));
    }
    const far = toDuplex(stream);
    open.set(far, bindings.of(peer)?.role ?? 'creator');
    try {
      await join(far, connect(target));
    } catch (error) {
      if (error instanceof RefusedError) counters.count(error.reason);
    } finally {
      open.delete(far);
    }
  };

  const refusalOf = (peer: string): RefusedError | undefined => {
    const from = bindings.of(peer);
    if (from === undefined) return new RefusedError('unbound', `Peer ${peer} has not shown whose it is.`);
    const creators = [...open.values()].filter((role) => role === 'creator').length;
    if (from.role === 'creator' && creators >= TUNNELS_PER_NODE * CREATOR_SHARE) return new RefusedError('busy', `${creators} tunnels of creators are open.`);
    if (open.size >= TUNNELS_PER_NODE) return new RefusedError('busy', `${TUNNELS_PER_NODE} tunnels are open.`);
    return undefined;
  };

  return {
    async open(connection) {
      await bindings.ensure(connection);
      try {
        return toDuplex(await connection.newStream(protocol, { signal: AbortSignal.timeout(BINDING_MS), runOnLimitedConnection: true, maxOutboundStreams: TUNNELS_PER_NODE }));
      } catch (error) {
        throw new PeerUnreachableError(`Peer ${connection.remotePeer.toString()}`, error);
      }
    },
    serve(where) {
      target = where;
    },
    get active() {
      return open.size;
    },
    async start() {
      await node().handle(protocol, (stream, connection) => void carry(stream, connection), { maxInboundStreams: TUNNELS_PER_NODE, maxOutboundStreams: TUNNELS_PER_NODE, runOnLimitedConnection: true });
    },
    async stop() {
      await node().unhandle(protocol);
      for (const one of open.keys()) one.destroy();
    },
  };
}

/**
 * Both ways at once, until both are closed. The service may answer before it has read everything, and may then stop reading: its answer still
 * goes out whole. The caller closes the stream when it has the answer; whoever breaks off before takes the other end along.
 */
function join(far: Duplex, near: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const fail = (error: Error): void => {
      failure ??= error;
      far.destroy(error);
      near.destroy();
    };
    const idle = createIdleTimer(TUNNEL_IDLE_MS, () => fail(new RefusedError('slow', `The tunnel was silent for ${TUNNEL_IDLE_MS} ms.`)));
    const meter = () => createMeter({ maxBytes: TUNNEL_BYTES_MAX, onBytes: idle.touch }).on('error', fail);
    far.pipe(meter()).pipe(near);
    near.pipe(meter()).pipe(far);
    far.on('error', fail);
    near.on('error', () => undefined);
    near.once('close', () => void (near.readableEnded || fail(new Error('the service broke off'))));
    far.once('close', () => {
      idle.stop();
      near.destroy();
      if (failure === undefined) resolve();
      else reject(failure);
    });
  });
}
