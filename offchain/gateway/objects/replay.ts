/** From packs in the network back to the tables: after a start, on an empty machine, and when the answer of a commit was lost. */
import type { Manifest } from '../../codec/manifest.ts';
import { readFile } from '../../codec/decode.ts';
import type { Client } from '../../client/client.ts';
import { syncCatalog } from '../../client/sync-catalog.ts';
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import { applyChanges } from './apply-changes.ts';
import { type PackHead, readChangeList } from './change-list.ts';
import { BadPackError, StoreTakenError } from './errors.ts';
import { stateOf } from './journal-state.ts';
import { CHANGES_PATH, type PackName, type Packs, bodyIdOf } from './packs.ts';
import type { Change } from './records.ts';

export interface ReplayContext {
  readonly client: Client;
  readonly store: Store;
  readonly packs: Packs;
  readonly log: Logger;
  readonly signal?: AbortSignal | undefined;
}

type NamedPack = PackName & { readonly name: string };

const CHANGES_AT_ONCE = 200;
const IDS_AT_ONCE = 500;

/**
 * Follows every pack that the tables do not know. To be run while nothing writes. May be ended at any moment and run again: changes say how things are
 * afterwards, so doing them twice changes nothing.
 * @returns how many packs there were
 * @throws StoreTakenError, BadPackError, WrongKeyError, and errors of reading
 */
export async function replay(context: ReplayContext): Promise<number> {
  const { client, store, packs, signal } = context;
  await syncCatalog(client, { signal });
  const all = await packs.list();
  const state = await stateOf(store);
  const newer = all.filter(({ number }) => number > state.pack);
  const following = newer.slice(Math.max(0, newer.findLastIndex(({ isWhole }) => isWhole)));
  checkRow(following, state.pack);
  for (const pack of following) await followPack(context, pack, all);
  return following.length;
}

/** A pack that is missing would be writes that are missing. */
function checkRow(following: readonly NamedPack[], before: number): void {
  let expected = following[0]?.isWhole === true ? following[0].number : before + 1;
  for (const { name, number } of following) {
    if (number !== expected) throw new BadPackError(name, `pack ${expected} is missing before it`);
    expected += 1;
  }
}

async function followPack(context: ReplayContext, pack: NamedPack, all: readonly NamedPack[]): Promise<void> {
  const { store, packs } = context;
  const { manifest } = await packs.open(pack.number);
  const list = readChangeList(pack.name, pack, changesOf(context, manifest, pack.name));
  const head = (await list.next()).value as PackHead;
  const state = await stateOf(store);
  const isOwn = head.writer === state.writer;
  if (isOwn && head.sequence <= state.sequence) await list.return();
  else {
    const pending = await store.objectChange.count();
    if (!isOwn && pending > 0) throw new StoreTakenError({ pack: pack.number, pending });
    const locations = await locationsOf(context, pack, all);
    if (pack.isWhole) await wipe(store);
    await applyAll(context, list as AsyncGenerator<Change, void>, (id) => locations.get(id) ?? 0);
  }
  await settle(context, { pack, manifest, sequence: Math.max(head.sequence, state.sequence), upTo: head.sequence, isOwn });
}

async function* changesOf({ client, signal }: ReplayContext, manifest: Manifest, name: string): AsyncGenerator<Uint8Array, void> {
  const { platform, reader, secrets } = client;
  const entry = manifest.entries.find(({ path }) => path === CHANGES_PATH);
  if (entry === undefined) throw new BadPackError(name, 'it has no list of changes');
  yield* readFile({ platform, keys: await secrets.keys(), source: reader.source({ signal }), signal }, { manifest, entry });
}

/** In which pack each body lies; of several the last. */
async function locationsOf({ packs }: ReplayContext, pack: NamedPack, all: readonly NamedPack[]): Promise<Map<string, number>> {
  const locations = new Map<string, number>();
  const upTo = pack.isWhole ? all.filter(({ number }) => number <= pack.number) : [pack];
  for (const { number } of upTo) for (const { id } of bodiesIn((await packs.open(number)).manifest)) locations.set(id, number);
  return locations;
}

function bodiesIn(manifest: Manifest): { id: string; sizeBytes: number }[] {
  return manifest.entries.flatMap(({ path, size }) => {
    const id = bodyIdOf(path);
    return id === undefined ? [] : [{ id, sizeBytes: size }];
  });
}

async function applyAll({ store, log, signal }: ReplayContext, list: AsyncGenerator<Change, void>, packOf: (id: string) => number): Promise<void> {
  let some: Change[] = [];
  const lost = new Set<string>();
  const apply = async (): Promise<void> => {
    signal?.throwIfAborted();
    const { statements } = await applyChanges(store, some, (id) => {
      const pack = packOf(id);
      if (pack === 0) lost.add(id);
      return pack;
    });
    const order = BigInt(Math.max(0, ...some.map((change) => (change.t === 'version' ? change.order : 0))));
    await store.$transaction([...statements, store.objectState.updateMany({ where: { id: 1, order: { lt: order } }, data: { order } })]);
    some = [];
  };
  for await (const change of list) {
    some.push(change);
    if (some.length === CHANGES_AT_ONCE) await apply();
  }
  await apply();
  if (lost.size > 0) log.warn('objects.bodies-lost', { bodies: lost.size });
}

async function settle({ store, packs }: ReplayContext, { pack, manifest, sequence, upTo, isOwn }: { pack: NamedPack; manifest: Manifest; sequence: number; upTo: number; isOwn: boolean }): Promise<void> {
  const bodies = bodiesIn(manifest);
  const places = [];
  for (let at = 0; at < bodies.length; at += IDS_AT_ONCE) {
    places.push(store.objectBody.updateMany({ where: { id: { in: bodies.slice(at, at + IDS_AT_ONCE).map(({ id }) => id) } }, data: { pack: pack.number } }));
  }
  const older = pack.isWhole ? (await packs.list()).filter(({ number }) => number < pack.number) : [];
  const rows = await Promise.all(older.map(async ({ number }) => ({ number, sizeBytes: bytesOf(bodiesIn((await packs.open(number)).manifest)) })));
  const sizeBytes = bytesOf(bodies);
  await store.$transaction([
    ...places,
    ...(isOwn ? [store.objectChange.deleteMany({ where: { sequence: { lte: BigInt(upTo) } } })] : []),
    ...(pack.isWhole ? [store.objectPack.deleteMany(), store.objectPack.createMany({ data: rows })] : []),
    store.objectPack.upsert({ where: { number: pack.number }, create: { number: pack.number, sizeBytes }, update: { sizeBytes } }),
    store.objectState.update({ where: { id: 1 }, data: { pack: pack.number, sequence: BigInt(sequence) } }),
  ]);
}

function bytesOf(bodies: readonly { readonly sizeBytes: number }[]): bigint {
  return BigInt(bodies.reduce((sum, body) => sum + body.sizeBytes, 0));
}

/** Everything but who this writer is and how far it came. */
async function wipe(store: Store): Promise<void> {
  await store.$transaction([store.objectBucket.deleteMany(), store.objectVersion.deleteMany(), store.objectUpload.deleteMany(), store.objectPart.deleteMany(), store.objectBody.deleteMany()]);
}
