/** Changes on their way: into the tables, and from there into the network, one pack after the other. */
import type { Client } from '../../client/client.ts';
import { messageOf } from '../../client/errors.ts';
import type { Prisma } from '../../store/generated/sqlite/client.ts';
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import { type DeadBody, applyChanges } from './apply-changes.ts';
import type { Bodies } from './bodies.ts';
import { changeLines } from './change-list.ts';
import { dumpOf } from './dump.ts';
import { StoreTakenError, TooManyPendingError } from './errors.ts';
import { type PackedBody, writePack } from './pack-writer.ts';
import { type JournalState, stateOf } from './journal-state.ts';
import { type Packs, nameOfPack } from './packs.ts';
import { type Change, newestOf } from './records.ts';
import { replay } from './replay.ts';
import type { Room } from './room.ts';
import type { ObjectsSettings } from './settings.ts';
import type { Spool } from './spool.ts';

type Statement = Prisma.PrismaPromise<unknown>;
/** A body that a new pack takes over from an old one. */
export interface MovedBody extends PackedBody {
  readonly pack: number;
}

export type Alone = <T>(act: () => Promise<T>) => Promise<T>;

interface JournalOptions {
  readonly client: Client;
  readonly store: Store;
  readonly settings: ObjectsSettings;
  readonly spool: Spool;
  readonly room: Room;
  readonly bodies: Bodies;
  readonly packs: Packs;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** What goes into one pack. */
interface Cut {
  readonly pack: number;
  readonly sequence: number;
  readonly bodies: readonly PackedBody[];
  readonly moved: readonly PackedBody[];
  readonly list: PackedBody;
  readonly isWhole: boolean;
}

const IDS_AT_ONCE = 500;
/** Changes take no room in the spool, but they must fit into one pack. */
const PENDING_MAX = 500_000;

export class Journal {
  readonly #options: JournalOptions;
  readonly #ending = new AbortController();
  #state: JournalState;
  /** Spooled bodies that a pack under way reads. */
  #held: ReadonlySet<string> = new Set();
  #flushing: Promise<unknown> = Promise.resolve();
  #pendingChanges = 0;
  #pendingSinceMs: number | undefined;
  /** Why the last pack failed. */
  failure: string | undefined;

  constructor(options: JournalOptions, state: JournalState) {
    this.#options = options;
    this.#state = state;
  }

  get state(): JournalState {
    return this.#state;
  }

  get pending(): { readonly changes: number; readonly sinceMs: number | undefined } {
    return { changes: this.#pendingChanges, sinceMs: this.#pendingSinceMs };
  }

  /** After a start, or what replaying did. */
  async reload(): Promise<void> {
    const { store } = this.#options;
    this.#state = await stateOf(store);
    this.#pendingChanges = await store.objectChange.count();
    const oldest = await store.objectChange.findFirst({ orderBy: { sequence: 'asc' }, select: { createdMs: true } });
    this.#pendingSinceMs = oldest === null ? undefined : Number(oldest.createdMs);
  }

  /** The place of a new version among all, behind `after`, and in time. */
  nextOrder(after: number): number {
    const order = Math.max(this.#state.order + 1, after + 1, this.#options.nowMs() * 1000);
    this.#state = { ...this.#state, order };
    return order;
  }

  /** Durable on this disk when it returns. */
  async record(changes: readonly Change[]): Promise<void> {
    const { store, nowMs } = this.#options;
    if (this.#pendingChanges + changes.length > PENDING_MAX) throw new TooManyPendingError(this.#pendingChanges);
    const first = this.#state.sequence + 1;
    const next = { ...this.#state, sequence: this.#state.sequence + changes.length };
    const createdMs = BigInt(nowMs());
    const { statements, dead } = await applyChanges(store, changes, () => null);
    const rows = changes.map((change, i) => ({ sequence: BigInt(first + i), createdMs, record: JSON.stringify(change) }));
    await store.$transaction([...statements, store.objectChange.createMany({ data: rows }), this.#stateStatement(next)]);
    this.#state = { ...this.#state, sequence: next.sequence };
    this.#pendingChanges += changes.length;
    this.#pendingSinceMs ??= Number(createdMs);
    await this.#drop(dead);
  }

  /**
   * Commits what is pending, and `extra` with it, to the network. `alone`: runs something while no write does; a pack whose writes wait for it
   * is written by one of them, which is alone already.
   */
  flush(options: { readonly alone: Alone; readonly extra?: readonly Change[]; readonly isWhole?: boolean; readonly moved?: readonly MovedBody[] }): Promise<void> {
    const flushed = this.#flushing.catch(() => undefined).then(() => this.#flush(options));
    this.#flushing = flushed;
    flushed.then(() => (this.failure = undefined), (error: unknown) => (this.failure = messageOf(error)));
    return flushed;
  }

  /** Packs that are in the network and not in the tables: this machine's own, whose answer was lost, or another one's. To be run while nothing writes. */
  async follow(): Promise<void> {
    const { client, store, packs, log } = this.#options;
    if ((await replay({ client, store, packs, log, signal: this.#ending.signal })) > 0) await this.reload();
  }

  /** Ends the pack under way: it stays pending. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#flushing.catch(() => undefined);
  }

  async #flush({ alone, extra = [], isWhole = false, moved = [] }: Parameters<Journal['flush']>[0]): Promise<void> {
    const { client, settings, spool, room, bodies, packs } = this.#options;
    this.#ending.signal.throwIfAborted();
    const cut = await alone(async () => {
      if (this.#pendingChanges === 0 && extra.length === 0 && !isWhole) return undefined;
      await this.follow();
      return this.#cut(extra, isWhole, moved);
    });
    if (cut === undefined) return;
    try {
      const { name, agreement } = settings;
      const places = new Map(moved.map(({ id, pack }) => [id, pack]));
      await writePack(client, {
        name: nameOfPack(name, { number: cut.pack, isWhole }),
        check: () => this.#checkNext(cut.pack),
        agreement, sequence: cut.sequence, bodies: [...cut.bodies, ...moved], dedupe: moved.length === 0, signal: this.#ending.signal, changesBytes: cut.list.sizeBytes,
        readBody: ({ id, sizeBytes }) => (this.#held.has(id) ? spool.read(id, { start: 0, end: sizeBytes }) : bodies.read([[id, sizeBytes, 0, sizeBytes]], { start: 0, end: sizeBytes }, { known: places, signal: this.#ending.signal })),
        readChanges: () => spool.read(cut.list.id, { start: 0, end: cut.list.sizeBytes }),
      });
      await alone(() => this.#settle(cut, extra));
    } finally {
      await alone(() => this.#release(cut));
      await room.look().catch(() => undefined);
      packs.forget(cut.pack);
    }
  }

  async #cut(extra: readonly Change[], isWhole: boolean, moved: readonly PackedBody[]): Promise<Cut | undefined> {
    const { store, spool } = this.#options;
    const pending = (await store.objectChange.findMany({ orderBy: { sequence: 'asc' }, select: { record: true } })).map(({ record }) => JSON.parse(record) as Change);
    if (pending.length === 0 && extra.length === 0 && !isWhole) return undefined;
    const { writer } = this.#state;
    const pack = this.#state.pack + 1;
    const sequence = this.#state.sequence + extra.length;
    const head = { format: 'holdfast-objects/1' as const, pack, writer, sequence, isWhole };
    const rows = await store.objectBody.findMany({ where: { pack: null }, select: { id: true, sizeBytes: true } });
    const bodies = new Map(rows.map(({ id, sizeBytes }) => [id, Number(sizeBytes)]));
    for (const [id, sizeBytes] of await this.#newBodies(extra)) bodies.set(id, sizeBytes);
    const lines = changeLines(head, isWhole ? dumpOf(store) : newestOf([...pending, ...extra]));
    const list = await spool.write(lines, { maxBytes: Number.MAX_SAFE_INTEGER, onBytes: () => undefined });
    this.#held = new Set(bodies.keys());
    return { pack, sequence, bodies: [...bodies].map(([id, sizeBytes]) => ({ id, sizeBytes })), moved, list, isWhole };
  }

  /** Asked after each look at the chain: whoever commits in between makes the upload look again. */
  async #checkNext(pack: number): Promise<void> {
    const newest = (await this.#options.packs.list()).at(-1)?.number ?? 0;
    if (newest >= pack) throw new StoreTakenError({ pack: newest, pending: this.#pendingChanges });
  }

  /** Bodies that changes name and no table does. */
  async #newBodies(changes: readonly Change[]): Promise<Map<string, number>> {
    const pieces = changes.flatMap((change) => (change.t === 'version' || change.t === 'part' ? change.record.pieces : []));
    const found = new Map(pieces.map(([id, sizeBytes]) => [id, sizeBytes]));
    if (found.size === 0) return found;
    for (const { id } of await this.#options.store.objectBody.findMany({ where: { id: { in: [...found.keys()] } }, select: { id: true } })) found.delete(id);
    return found;
  }

  /** The pack is committed: the tables say so. */
  async #settle({ pack, sequence, bodies, moved }: Cut, extra: readonly Change[]): Promise<void> {
    const { store } = this.#options;
    const { statements, dead } = await applyChanges(store, extra, () => pack);
    const all = [...bodies, ...moved];
    const places: Statement[] = [];
    for (let at = 0; at < all.length; at += IDS_AT_ONCE) places.push(store.objectBody.updateMany({ where: { id: { in: all.slice(at, at + IDS_AT_ONCE).map(({ id }) => id) } }, data: { pack } }));
    const sizeBytes = BigInt(all.reduce((sum, body) => sum + body.sizeBytes, 0));
    const next = { ...this.#state, pack, sequence: Math.max(sequence, this.#state.sequence) };
    await store.$transaction([
      ...statements, ...places,
      store.objectChange.deleteMany({ where: { sequence: { lte: BigInt(sequence) } } }),
      store.objectPack.upsert({ where: { number: pack }, create: { number: pack, sizeBytes }, update: { sizeBytes } }),
      this.#stateStatement(next),
    ]);
    await this.reload();
    await this.#drop(dead);
  }

  /** Spooled bodies of a pack that is done, or failed, are let go when nothing needs the file. */
  async #release({ bodies, list }: Cut): Promise<void> {
    const { store, spool } = this.#options;
    this.#held = new Set();
    await spool.remove(list.id);
    for (let at = 0; at < bodies.length; at += IDS_AT_ONCE) {
      const some = bodies.slice(at, at + IDS_AT_ONCE);
      const rows = await store.objectBody.findMany({ where: { id: { in: some.map(({ id }) => id) }, pack: null }, select: { id: true } });
      const needed = new Set(rows.map(({ id }) => id));
      await this.#drop(some.filter(({ id }) => !needed.has(id)).map((body) => ({ ...body, pack: null })));
    }
  }

  /** Files of bodies that nothing needs. */
  async #drop(dead: readonly DeadBody[]): Promise<void> {
    const { spool, room } = this.#options;
    for (const { id, sizeBytes, pack } of dead) {
      if (pack !== null || this.#held.has(id)) continue;
      await spool.remove(id);
      room.give(sizeBytes);
    }
  }

  #stateStatement({ sequence, pack }: JournalState): Statement {
    return this.#options.store.objectState.update({ where: { id: 1 }, data: { sequence: BigInt(sequence), order: BigInt(this.#state.order), pack } });
  }
}
