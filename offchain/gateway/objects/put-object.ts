/** Writing, copying and deleting objects. */
import type { Objects } from './context.ts';
import { PreconditionFailedError } from './errors.ts';
import { toRowKey } from './keys.ts';
import { planVersion, subjectsOf } from './new-version.ts';
import type { CopyOptions, DeleteOptions, Deleted, ObjectVersion, PlaceOfVersion, PutOptions, Tags } from './object-store.ts';
import type { Change, VersionRecord } from './records.ts';
import { PART_BYTES_MAX } from './settings.ts';
import { withBody } from './take-body.ts';
import { bucketOf, findVersion, judge, latestOf, recordOf, rowOf, shown } from './versions.ts';

export async function putObject(objects: Objects, options: PutOptions): Promise<ObjectVersion> {
  const { bucket, key, headers = {}, tags = {}, condition, checksum } = options;
  const rowKey = toRowKey(key);
  // Before anything is read: no bytes for what is refused anyway. What counts is judged again with the write.
  await bucketOf(objects.store, bucket);
  judge(key, condition, condition === undefined ? undefined : await latestOf(objects.store, bucket, rowKey));
  return withBody(objects, options, {
    maxBytes: PART_BYTES_MAX,
    act: ({ pieces, md5 }) => {
      const sum = checksum?.();
      const record: VersionRecord = { headers: cleaned(headers), tags, pieces, ...(sum === undefined ? {} : { checksum: sum }) };
      return objects.commits.write({ ...subjectsOf(bucket, rowKey), plan: () => planVersion(objects, { bucket, rowKey, condition, etag: md5, record }) });
    },
  });
}

/** Only what is there: a record has no undefined fields. */
export function cleaned<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

export async function copyObject(objects: Objects, options: CopyOptions): Promise<ObjectVersion> {
  const { bucket, key, from, fromEtag, headers, tags, condition } = options;
  const rowKey = toRowKey(key);
  const target = subjectsOf(bucket, rowKey);
  const source = subjectsOf(from.bucket, toRowKey(from.key));
  return objects.commits.write({
    shared: [...target.shared, ...source.shared],
    // The source may not go away before its bodies have one more user.
    exclusive: [...new Set([...target.exclusive, ...source.exclusive])],
    plan: async () => {
      const { row, record } = await findVersion(objects.store, from);
      if (fromEtag !== undefined && row.etag !== fromEtag) throw new PreconditionFailedError(from.key);
      const { uploadId: _, ...kept } = record;
      return planVersion(objects, {
        bucket, rowKey, condition, etag: row.etag,
        record: { ...kept, headers: headers === undefined ? record.headers : cleaned(headers), tags: tags ?? record.tags },
      });
    },
  });
}

/** Without a version: a marker, or, in a bucket without versions, the object. With one: exactly that, for good. */
export function deleteObject(objects: Objects, { bucket: name, key, versionId, condition, ifOrder }: DeleteOptions & { /** Only while this is the newest. */ readonly ifOrder?: bigint }): Promise<Deleted> {
  const rowKey = toRowKey(key);
  const { store } = objects;
  return objects.commits.write<Deleted>({
    ...subjectsOf(name, rowKey),
    plan: async () => {
      const bucket = await bucketOf(store, name);
      const latest = await latestOf(store, name, rowKey);
      if (versionId !== undefined) {
        const row = await rowOf(store, name, rowKey, versionId);
        judge(key, condition, row);
        if (row === undefined) return { changes: [], result: { versionId, isMarker: false } };
        return { changes: [gone(row)], result: { versionId, isMarker: row.isMarker } };
      }
      judge(key, condition, latest);
      if (ifOrder !== undefined && latest?.order !== ifOrder) return { changes: [], result: { isMarker: false } };
      if (bucket.versioning === 'off') return { changes: latest === undefined ? [] : [gone(latest)], result: { isMarker: false } };
      const { changes, result } = await planVersion(objects, { bucket: name, rowKey, condition: undefined, etag: '', record: { headers: {}, tags: {}, pieces: [] }, isMarker: true });
      return { changes, result: { versionId: result.versionId, isMarker: true } };
    },
  });
}

function gone({ bucket, key, order }: { readonly bucket: string; readonly key: string; readonly order: bigint }): Change {
  return { t: '-version', bucket, key, order: Number(order) };
}

/** The version stays the same one, with its time. */
export function putTags(objects: Objects, place: PlaceOfVersion, tags: Tags): Promise<ObjectVersion> {
  const rowKey = toRowKey(place.key);
  return objects.commits.write({
    ...subjectsOf(place.bucket, rowKey),
    plan: async () => {
      const { row } = await findVersion(objects.store, place);
      const record = { ...recordOf(row), tags };
      const { bucket, key, versionId, isMarker, etag } = row;
      const change: Change = { t: 'version', bucket, key, order: Number(row.order), versionId, isMarker, sizeBytes: Number(row.sizeBytes), etag, modifiedMs: Number(row.modifiedMs), record };
      return { changes: [change], result: shown(row, record, new Set()) };
    },
  });
}

