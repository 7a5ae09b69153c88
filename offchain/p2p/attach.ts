/** The light side of attachment: one parent at a time, another one when it dies, and home again when home has been back for a while. */
import type { Connection } from '@libp2p/interface';
import { cardOf, connectTo } from './bootstrap.ts';
import { listenThrough } from './libp2p-node.ts';
import { PARENTS_ASKED } from './limits.ts';
import { AttachReply, HelloReply, Nothing, Published } from './messages.ts';
import type { PeerCard } from './messages.ts';
import type { SignedAsk } from './asks.ts';
import type { SignedNotice } from './notices.ts';
import type { Registered } from './registered.ts';
import type { Peer } from './start-peer.ts';

export interface AttachInit {
  readonly peer: Peer;
  readonly registered: Registered;
  /** The heavy node where this one belongs; undefined: any will do, and the first that does is kept. */
  readonly home: number | undefined;
  /** Where the own HTTP service is said to be; the parent calls it back. */
  readonly url?: string | undefined;
  /** After every change and renewal. */
  readonly onLease?: (lease: { readonly parent: number; readonly isHome: boolean; readonly reply: AttachReply }) => void;
  readonly timing?: Partial<AttachTiming>;
  readonly random?: () => number;
}

export interface AttachTiming {
  /** Pause between two looks at the clock. */
  readonly tickMs: number;
  /** Children of a parent that died come back spread over this time. */
  readonly spreadMs: number;
  /** Home is asked this often while another parent serves. */
  readonly homeCheckMs: number;
  /** Home must have answered for this long before one returns. */
  readonly returnAfterMs: number;
  /** A heavy node that failed is left alone for this long. */
  readonly avoidMs: number;
}

export const ATTACH_TIMING: AttachTiming = { tickMs: 1_000, spreadMs: 2_000, homeCheckMs: 15_000, returnAfterMs: 60_000, avoidMs: 30_000 };
/** A full heavy node counts as this many times further away than an empty one at the same distance. */
const LOAD_WEIGHT = 4;

export interface Attachment {
  readonly parent: number | undefined;
  /** Since when another parent than home serves; undefined: home does, or nobody. */
  readonly awaySinceMs: number | undefined;
  readonly reply: AttachReply | undefined;
  /** @throws PeerUnreachableError when nobody is there to publish through */
  publishAsk(ask: SignedAsk): Promise<boolean>;
  publishNotice(notice: SignedNotice): Promise<boolean>;
  /** Looks once: attaches, renews, fails over, returns. */
  tick(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

interface Measured {
  readonly card: PeerCard;
  readonly connection: Connection;
  /** Round trip and load: the least wins. */
  readonly score: number;
}

interface Held {
  readonly parent: number;
  readonly card: PeerCard;
  connection: Connection;
  reply: AttachReply;
  renewAtMs: number;
}

export function createAttachment(init: AttachInit): Attachment {
  const { peer, registered, home, url, onLease, random = Math.random } = init;
  const timing = { ...ATTACH_TIMING, ...init.timing };
  const { log } = peer;
  let held: Held | undefined;
  let told: PeerCard[] = [];
  const avoid = new Map<number, number>();
  let awaySinceMs: number | undefined;
  let homeSinceMs: number | undefined;
  let homeAskedMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  const lease = async (card: PeerCard): Promise<Held> => {
    const connection = await connectTo(peer, card);
    const body = url === undefined ? {} : { url };
    const reply = await peer.requests.send(connection, 'attach', { body, schema: AttachReply });
    return { parent: card.node, card, connection, reply, renewAtMs: performance.now() + reply.leaseMs / 3 };
  };
  const take = (next: Held): void => {
    const isNew = held?.parent !== next.parent || held.connection !== next.connection;
    held = next;
    told = next.reply.neighbours;
    const isHome = home === undefined || next.parent === home;
    awaySinceMs = isHome ? undefined : (awaySinceMs ?? performance.now());
    if (isNew) {
      log.info('parent.attached', { parent: next.parent, isHome, isReachable: next.reply.isReachable });
      // Without a place at the relay libp2p clients cannot come in; HTTP clients can, so the lease stands.
      void listenThrough(peer.node, next.connection).catch((error: unknown) => log.warn('parent.no-circuit', { parent: next.parent, error }));
    }
    onLease?.({ parent: next.parent, isHome, reply: next.reply });
  };

  /** Those heavy nodes that may become the parent: home alone when it answers, else what the old parent and the registry name. */
  const candidates = async (): Promise<PeerCard[]> => {
    const entries = await registered.heavies();
    const isUsable = (node: number): boolean => (avoid.get(node) ?? 0) <= performance.now();
    const isRegistered = (node: number): boolean => entries.some(({ id }) => id === node);
    const cards = new Map(told.filter(({ node }) => isRegistered(node) && isUsable(node)).map((card) => [card.node, card]));
    const rest = entries.filter(({ id }) => !cards.has(id) && isUsable(id)).sort(() => random() - 0.5);
    const wanted = PARENTS_ASKED - Math.min(cards.size, PARENTS_ASKED / 2);
    await Promise.all(rest.slice(0, wanted).map(async (node) => {
      const card = await cardOf(node).catch(() => fail(node.id));
      if (card !== undefined) cards.set(node.id, card);
    }));
    return [...cards.values()].slice(0, PARENTS_ASKED);
  };
  const fail = (node: number): undefined => void avoid.set(node, performance.now() + timing.avoidMs);

  const measure = async (card: PeerCard): Promise<Measured | undefined> => {
    try {
      const connection = await connectTo(peer, card);
      const startMs = performance.now();
      const { load } = await peer.requests.send(connection, 'hello', { body: {}, schema: HelloReply });
      return { card, connection, score: (performance.now() - startMs) * (1 + LOAD_WEIGHT * load) };
    } catch {
      return fail(card.node);
    }
  };

  const atHome = async (): Promise<Held | undefined> => {
    if (home === undefined || (avoid.get(home) ?? 0) > performance.now()) return undefined;
    try {
      const entry = await registered.node(home);
      return entry === undefined ? undefined : await lease(await cardOf(entry));
    } catch (error) {
      log.warn('parent.silent', { parent: home, error });
      return fail(home);
    }
  };

  const find = async (): Promise<void> => {
    const own = await atHome();
    if (own !== undefined) return take(own);
    const measured = (await Promise.all((await candidates()).map(measure))).filter((one) => one !== undefined).sort((a, b) => a.score - b.score);
    for (const { card } of measured) {
      try {
        take(await lease(card));
        // Those that only answered are not kept waiting.
        for (const { connection } of measured) if (connection !== held?.connection) void connection.close().catch(() => undefined);
        return;
      } catch (error) {
        log.warn('parent.refused', { parent: card.node, error });
        fail(card.node);
      }
    }
    log.warn('parent.none', { asked: measured.length });
  };

  const renew = async (current: Held): Promise<void> => {
    try {
      take(await lease(current.card));
    } catch (error) {
      log.warn('parent.lost', { parent: current.parent, error });
      held = undefined;
      fail(current.parent);
      await find();
    }
  };

  /** One short absence of home makes nobody move twice: it must have answered for a while. */
  const lookHome = async (): Promise<void> => {
    if (home === undefined || performance.now() - homeAskedMs < timing.homeCheckMs) return;
    homeAskedMs = performance.now();
    const entry = await registered.node(home);
    const answer = entry === undefined ? undefined : await cardOf(entry).then(measure).catch(() => undefined);
    if (answer === undefined) return void (homeSinceMs = undefined);
    homeSinceMs ??= performance.now();
    if (performance.now() - homeSinceMs < timing.returnAfterMs) return;
    const left = held;
    avoid.delete(home);
    const own = await atHome();
    if (own === undefined) return void (homeSinceMs = undefined);
    log.info('parent.home', { parent: home });
    take(own);
    homeSinceMs = undefined;
    if (left !== undefined) await leave(left);
  };

  const leave = async (left: Held): Promise<void> => {
    await peer.requests.send(left.connection, 'detach', { body: {}, schema: Nothing, timeoutMs: timing.tickMs }).catch(() => undefined);
    await left.connection.close().catch(() => undefined);
  };

  const look = async (): Promise<void> => {
    if (held === undefined) await find();
    else if (held.connection.status !== 'open' || performance.now() >= held.renewAtMs) await renew(held);
    if (held !== undefined && home !== undefined && held.parent !== home) await lookHome();
  };
  const tick = (): Promise<void> =>
    (running ??= look()
      .catch((error: unknown) => log.warn('parent.failed', { error }))
      .finally(() => (running = undefined)));

  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(() => void tick().then(() => schedule(timing.tickMs)), delayMs);
  };
  const onDisconnect = ({ detail }: CustomEvent<{ toString(): string }>): void => {
    if (held !== undefined && detail.toString() === held.connection.remotePeer.toString()) schedule(random() * timing.spreadMs);
  };
  const publish = async (method: string, body: unknown): Promise<boolean> => {
    if (held === undefined) await tick();
    if (held === undefined) return false;
    return (await peer.requests.send(held.connection, method, { body, schema: Published })).isNew;
  };

  return {
    get parent() {
      return held?.parent;
    },
    get awaySinceMs() {
      return awaySinceMs;
    },
    get reply() {
      return held?.reply;
    },
    publishAsk: (ask) => publish('ask', ask),
    publishNotice: (notice) => publish('notice', notice),
    tick,
    start() {
      peer.node.addEventListener('peer:disconnect', onDisconnect);
      schedule(0);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      peer.node.removeEventListener('peer:disconnect', onDisconnect);
      await running;
      if (held !== undefined) await leave(held);
      held = undefined;
    },
  };
}
