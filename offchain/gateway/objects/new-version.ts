/** The one way in which a version comes to be: judged, numbered, and put in the place of what it replaces. */
import type { Objects } from './context.ts';
import { fromRowKey } from './keys.ts';
import type { ObjectVersion, WriteCondition } from './object-store.ts';
import type { Change, VersionChange, VersionRecord } from './records.ts';
import { sizeOf } from './records.ts';
import { NULL_VERSION, bucketOf, judge, latestOf, replacedBy, versionIdOf } from './versions.ts';

export interface NewVersion {
  readonly bucket: string;
  /** Hex. */
  readonly rowKey: string;
  readonly condition: WriteCondition | undefined;
  readonly etag: string;
  readonly record: VersionRecord;
  readonly isMarker?: boolean;
}

export interface PlannedVersion {
  readonly changes: readonly Change[];
  readonly result: ObjectVersion;
}

/** To be called by the plan of a write that has the bucket shared and the key for itself. */
export async function planVersion({ store, journal, clock, settings }: Objects, { bucket: name, rowKey, condition, etag, record, isMarker = false }: NewVersion): Promise<PlannedVersion> {
  const bucket = await bucketOf(store, name);
  const latest = await latestOf(store, name, rowKey);
  judge(fromRowKey(rowKey), condition, latest);
  // A key that was there under a later clock goes on from there.
  const order = journal.nextOrder(latest === undefined ? 0 : Number(latest.order));
  const versionId = bucket.versioning === 'enabled' ? versionIdOf(order) : NULL_VERSION;
  const modifiedMs = clock.nowMs();
  const sizeBytes = sizeOf(record.pieces);
  const change: VersionChange = { t: 'version', bucket: name, key: rowKey, order, versionId, isMarker, sizeBytes, etag, modifiedMs, record };
  const changes: Change[] = [...(await replacedBy(store, bucket, rowKey, latest)), change];
  const { headers, tags, checksum, partSizes, pieces } = record;
  return {
    changes,
    result: {
      bucket: name, key: fromRowKey(rowKey), versionId, isLatest: true, isMarker, etag, sizeBytes, modifiedMs, headers, tags,
      ...(checksum === undefined ? {} : { checksum }), ...(partSizes === undefined ? {} : { partSizes }),
      isSpooled: settings.durability === 'spool' && pieces.length > 0,
    },
  };
}

/** What a write of one key counts on and changes. */
export function subjectsOf(bucket: string, rowKey: string): { readonly shared: readonly string[]; readonly exclusive: readonly string[] } {
  return { shared: [bucketSubject(bucket)], exclusive: [`key ${bucket} ${rowKey}`] };
}

export function bucketSubject(bucket: string): string {
  return `bucket ${bucket}`;
}
