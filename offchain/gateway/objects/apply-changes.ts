/** Changes as statements: what a write does, what a pack from the network does, and nothing else changes the tables. */
import type { Prisma } from '../../store/generated/sqlite/client.ts';
import type { Store } from '../../store/open.ts';
import { type Change, PartRecord, type PartChange, type Piece, type VersionChange, VersionRecord } from './records.ts';

type Statement = Prisma.PrismaPromise<unknown>;

export interface Application {
  /** To be run in one transaction, before anything else changes the tables. */
  readonly statements: readonly Statement[];
  /** Bodies that nothing needs any more: their rows go with the statements. */
  readonly dead: readonly DeadBody[];
}

export interface DeadBody {
  readonly id: string;
  readonly sizeBytes: number;
  /** Null: in the spool. */
  readonly pack: number | null;
}

/** `packOf`: where a body lies that the tables do not know so far; null: in the spool. */
export async function applyChanges(store: Store, changes: readonly Change[], packOf: (bodyId: string) => number | null): Promise<Application> {
  const uses = new Uses();
  const statements = [...bucketStatements(store, changes), ...(await versionStatements(store, changes, uses)), ...(await uploadStatements(store, changes, uses))];
  const { statements: more, dead } = await bodyStatements(store, uses, packOf);
  return { statements: [...statements, ...more], dead };
}

/** By how much each body's uses change. */
class Uses {
  readonly deltas = new Map<string, number>();
  readonly sizes = new Map<string, number>();

  add(pieces: readonly Piece[], delta: 1 | -1): void {
    const seen = new Set<string>();
    for (const [id, size] of pieces) {
      if (seen.has(id)) continue;
      seen.add(id);
      this.deltas.set(id, (this.deltas.get(id) ?? 0) + delta);
      this.sizes.set(id, size);
    }
  }
}

function bucketStatements(store: Store, changes: readonly Change[]): Statement[] {
  return changes.flatMap((change): Statement[] => {
    if (change.t === '-bucket') return [store.objectBucket.deleteMany({ where: { name: change.name } })];
    if (change.t !== 'bucket') return [];
    const { name, createdMs } = change;
    const data = { createdMs: BigInt(createdMs), record: JSON.stringify(change.record) };
    return [store.objectBucket.upsert({ where: { name }, create: { name, ...data }, update: data })];
  });
}

interface KeyChanges {
  readonly bucket: string;
  readonly key: string;
  readonly set: Map<number, VersionChange>;
  readonly gone: Set<number>;
}

async function versionStatements(store: Store, changes: readonly Change[], uses: Uses): Promise<Statement[]> {
  const keys = new Map<string, KeyChanges>();
  for (const change of changes) {
    if (change.t !== 'version' && change.t !== '-version') continue;
    const { bucket, key, order } = change;
    const one = keys.get(`${bucket} ${key}`) ?? { bucket, key, set: new Map(), gone: new Set() };
    keys.set(`${bucket} ${key}`, one);
    if (change.t === 'version') {
      one.set.set(order, change);
      one.gone.delete(order);
    } else {
      one.set.delete(order);
      one.gone.add(order);
    }
  }
  if (keys.size === 0) return [];
  const all = [...keys.values()];
  const touched = all.flatMap(({ bucket, key, set, gone }) => [...set.keys(), ...gone].map((order) => ({ bucket, key, order: BigInt(order) })));
  const [existing, latest] = await Promise.all([
    store.objectVersion.findMany({ where: { OR: touched }, select: { bucket: true, key: true, order: true, record: true } }),
    store.objectVersion.findMany({ where: { OR: all.map(({ bucket, key }) => ({ bucket, key })), isLatest: true }, select: { bucket: true, key: true, order: true } }),
  ]);
  for (const { record } of existing) uses.add(VersionRecord.parse(JSON.parse(record)).pieces, -1);
  const latestOf = new Map(latest.map(({ bucket, key, order }) => [`${bucket} ${key}`, Number(order)]));
  const statements: Statement[] = [];
  if (existing.length > 0) statements.push(store.objectVersion.deleteMany({ where: { OR: existing.map(({ bucket, key, order }) => ({ bucket, key, order })) } }));
  const created: Prisma.ObjectVersionCreateManyInput[] = [];
  for (const one of all) {
    const { bucket, key, set, gone } = one;
    const before = latestOf.get(`${bucket} ${key}`);
    const newest = Math.max(-1, ...set.keys());
    const isReplaced = before !== undefined && (gone.has(before) || set.has(before));
    const below = isReplaced && newest <= before ? await newestBelow(store, one, before) : undefined;
    const after = Math.max(newest, below ?? -1, before !== undefined && !isReplaced ? before : -1);
    if (before !== undefined && !isReplaced && after !== before) statements.push(store.objectVersion.updateMany({ where: { bucket, key, order: BigInt(before) }, data: { isLatest: false } }));
    if (below !== undefined && after === below) statements.push(store.objectVersion.updateMany({ where: { bucket, key, order: BigInt(below) }, data: { isLatest: true } }));
    for (const change of set.values()) {
      uses.add(change.record.pieces, 1);
      created.push(versionRow(change, change.order === after));
    }
  }
  if (created.length > 0) statements.push(store.objectVersion.createMany({ data: created }));
  return statements;
}

async function newestBelow(store: Store, { bucket, key, set, gone }: KeyChanges, before: number): Promise<number | undefined> {
  const row = await store.objectVersion.findFirst({
    where: { bucket, key, order: { lt: BigInt(before), notIn: [...gone, ...set.keys()].map(BigInt) } }, orderBy: { order: 'desc' }, select: { order: true },
  });
  return row === null ? undefined : Number(row.order);
}

function versionRow({ bucket, key, order, versionId, isMarker, sizeBytes, etag, modifiedMs, record }: VersionChange, isLatest: boolean): Prisma.ObjectVersionCreateManyInput {
  return { bucket, key, order: BigInt(order), versionId, isLatest, isMarker, sizeBytes: BigInt(sizeBytes), etag, modifiedMs: BigInt(modifiedMs), record: JSON.stringify(record) };
}

async function uploadStatements(store: Store, changes: readonly Change[], uses: Uses): Promise<Statement[]> {
  const statements: Statement[] = [];
  const parts = new Map<string, PartChange>();
  const gone = new Set<string>();
  for (const change of changes) {
    if (change.t === 'part') parts.set(`${change.uploadId} ${change.number}`, change);
    if (change.t === 'upload') {
      const { uploadId, bucket, key, createdMs } = change;
      const data = { bucket, key, createdMs: BigInt(createdMs), record: JSON.stringify(change.record) };
      statements.push(store.objectUpload.upsert({ where: { uploadId }, create: { uploadId, ...data }, update: data }));
    }
    if (change.t === '-upload') {
      gone.add(change.uploadId);
      for (const [at, { uploadId }] of parts) if (uploadId === change.uploadId) parts.delete(at);
    }
  }
  if (parts.size === 0 && gone.size === 0) return statements;
  const where: Prisma.ObjectPartWhereInput = { OR: [{ uploadId: { in: [...gone] } }, ...[...parts.values()].map(({ uploadId, number }) => ({ uploadId, number }))] };
  for (const { record } of await store.objectPart.findMany({ where, select: { record: true } })) uses.add(PartRecord.parse(JSON.parse(record)).pieces, -1);
  for (const { record } of parts.values()) uses.add(record.pieces, 1);
  return [
    ...statements,
    store.objectUpload.deleteMany({ where: { uploadId: { in: [...gone] } } }),
    store.objectPart.deleteMany({ where }),
    store.objectPart.createMany({
      data: [...parts.values()].map(({ uploadId, number, sizeBytes, etag, modifiedMs, record }) => ({ uploadId, number, sizeBytes: BigInt(sizeBytes), etag, modifiedMs: BigInt(modifiedMs), record: JSON.stringify(record) })),
    }),
  ];
}

async function bodyStatements(store: Store, { deltas, sizes }: Uses, packOf: (bodyId: string) => number | null): Promise<Application> {
  const ids = [...deltas.keys()];
  const known = new Map((ids.length === 0 ? [] : await store.objectBody.findMany({ where: { id: { in: ids } } })).map((row) => [row.id, row]));
  const statements: Statement[] = [];
  const dead: DeadBody[] = [];
  const created: Prisma.ObjectBodyCreateManyInput[] = [];
  for (const [id, delta] of deltas) {
    const row = known.get(id);
    const uses = (row?.uses ?? 0) + delta;
    if (uses <= 0) dead.push({ id, sizeBytes: sizes.get(id) ?? 0, pack: row === undefined ? packOf(id) : row.pack });
    else if (row === undefined) created.push({ id, sizeBytes: BigInt(sizes.get(id) ?? 0), uses, pack: packOf(id) });
    else if (delta !== 0) statements.push(store.objectBody.updateMany({ where: { id }, data: { uses } }));
  }
  if (created.length > 0) statements.push(store.objectBody.createMany({ data: created }));
  if (dead.length > 0) statements.push(store.objectBody.deleteMany({ where: { id: { in: dead.map(({ id }) => id) } } }));
  return { statements, dead };
}
