/** Versions of objects in the tables: finding them, and what they look like from outside. */
import { randomBytes } from 'node:crypto';
import type { ObjectVersion as Row } from '../../store/generated/sqlite/client.ts';
import type { Store } from '../../store/open.ts';
import { MethodOnMarkerError, NoSuchBucketError, NoSuchKeyError, NoSuchVersionError, PreconditionFailedError } from './errors.ts';
import { fromRowKey, toRowKey } from './keys.ts';
import type { Bucket, ObjectVersion, PlaceOfVersion, WriteCondition } from './object-store.ts';
import type { BucketRecord, Change, VersionRecord } from './records.ts';

/** What is written while versioning is not enabled; there is one at most. */
export const NULL_VERSION = 'null';

/** The number of a version, which stands in its id. */
export function versionIdOf(order: number): string {
  return `${order.toString(36).padStart(11, '0')}.${randomBytes(8).toString('hex')}`;
}

/** Undefined for `null` and for what is no id. */
export function orderOf(versionId: string): bigint | undefined {
  const [, digits] = /^([0-9a-z]{11})\.[0-9a-f]{16}$/.exec(versionId) ?? [];
  return digits === undefined ? undefined : BigInt(Math.min(parseInt(digits, 36), Number.MAX_SAFE_INTEGER));
}

export interface FoundVersion {
  readonly row: Row;
  readonly record: VersionRecord;
}

export async function bucketOf(store: Store, name: string): Promise<Bucket> {
  const row = await store.objectBucket.findUnique({ where: { name } });
  if (row === null) throw new NoSuchBucketError(name);
  return { name, createdMs: Number(row.createdMs), ...(JSON.parse(row.record) as BucketRecord) };
}

export function bucketChange(bucket: Bucket): Change {
  const { name, createdMs, versioning, lifecycle, cors, tags } = bucket;
  return { t: 'bucket', name, createdMs, record: { versioning, lifecycle: [...lifecycle], cors: cors.map((rule) => ({ ...rule, origins: [...rule.origins], methods: [...rule.methods], headers: [...rule.headers], exposed: [...rule.exposed] })), tags } };
}

/** The newest, markers too. */
export async function latestOf(store: Store, bucket: string, key: string): Promise<Row | undefined> {
  return (await store.objectVersion.findFirst({ where: { bucket, key, isLatest: true } })) ?? undefined;
}

/** One version or marker by its id. */
export async function rowOf(store: Store, bucket: string, key: string, versionId: string): Promise<Row | undefined> {
  return (await store.objectVersion.findFirst({ where: { bucket, key, versionId } })) ?? undefined;
}

/** @throws NoSuchBucketError, NoSuchKeyError, NoSuchVersionError, MethodOnMarkerError */
export async function findVersion(store: Store, { bucket, key, versionId }: PlaceOfVersion): Promise<FoundVersion> {
  const rowKey = toRowKey(key);
  const row = versionId === undefined ? await latestOf(store, bucket, rowKey) : await rowOf(store, bucket, rowKey, versionId);
  if (row === undefined) {
    await bucketOf(store, bucket);
    throw versionId === undefined ? new NoSuchKeyError(key) : new NoSuchVersionError(key, versionId);
  }
  if (row.isMarker) throw versionId === undefined ? new NoSuchKeyError(key, row.versionId) : new MethodOnMarkerError(key, versionId);
  return { row, record: recordOf(row) };
}

export function recordOf(row: Pick<Row, 'record'>): VersionRecord {
  return JSON.parse(row.record) as VersionRecord;
}

/** `spooled`: ids of bodies that lie in the spool. */
export function shown(row: Row, record: VersionRecord, spooled: ReadonlySet<string>): ObjectVersion {
  const { headers, tags, checksum, partSizes, pieces } = record;
  return {
    bucket: row.bucket, key: fromRowKey(row.key), versionId: row.versionId, isLatest: row.isLatest, isMarker: row.isMarker, etag: row.etag,
    sizeBytes: Number(row.sizeBytes), modifiedMs: Number(row.modifiedMs), headers, tags,
    ...(checksum === undefined ? {} : { checksum }), ...(partSizes === undefined ? {} : { partSizes }),
    isSpooled: pieces.some(([id]) => spooled.has(id)),
  };
}

/** Which of these rows' bodies lie in the spool. */
export async function spooledOf(store: Store, records: readonly VersionRecord[]): Promise<ReadonlySet<string>> {
  // Few bodies are spooled, many are named.
  if (records.length > 1) {
    return new Set((await store.objectBody.findMany({ where: { pack: null }, select: { id: true } })).map(({ id }) => id));
  }
  const ids = records.flatMap(({ pieces }) => pieces.map(([id]) => id));
  if (ids.length === 0) return new Set();
  return new Set((await store.objectBody.findMany({ where: { id: { in: ids.slice(0, 1000) }, pack: null }, select: { id: true } })).map(({ id }) => id));
}

/** @throws PreconditionFailedError; `latest`: markers count as nothing */
export function judge(key: string, condition: WriteCondition | undefined, latest: Row | undefined): void {
  if (condition === undefined) return;
  const etag = latest === undefined || latest.isMarker ? undefined : latest.etag;
  const { ifMatch, ifNoneMatch } = condition;
  if (ifMatch !== undefined) {
    if (etag === undefined) throw new NoSuchKeyError(key);
    if (ifMatch !== '*' && !ifMatch.includes(etag)) throw new PreconditionFailedError(key);
  }
  if (ifNoneMatch !== undefined && etag !== undefined && (ifNoneMatch === '*' || ifNoneMatch.includes(etag))) throw new PreconditionFailedError(key);
}

/** The changes that a new version (or marker) brings about in a bucket: without versioning it takes the place of what was there. */
export async function replacedBy(store: Store, bucket: Bucket, key: string, latest: Row | undefined): Promise<Change[]> {
  if (bucket.versioning === 'enabled' || latest === undefined) return [];
  const row = latest.versionId === NULL_VERSION ? latest : bucket.versioning === 'suspended' ? await rowOf(store, bucket.name, key, NULL_VERSION) : undefined;
  return row === undefined ? [] : [{ t: '-version', bucket: bucket.name, key, order: Number(row.order) }];
}
