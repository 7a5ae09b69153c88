/** An upload in parts becomes an object. No bytes move: the object is its parts, read back to back. */
import { createHash } from 'node:crypto';
import type { ObjectPart as PartRow } from '../../store/generated/sqlite/client.ts';
import type { Objects } from './context.ts';
import { EntityTooLargeError, IncompleteBodyError, PartError } from './errors.ts';
import { toRowKey } from './keys.ts';
import { planVersion, subjectsOf } from './new-version.ts';
import type { CompleteOptions, ObjectVersion } from './object-store.ts';
import { type PartRecord, sizeOf } from './records.ts';
import { OBJECT_BYTES_MAX, PART_BYTES_MIN } from './settings.ts';
import { getUpload, uploadSubject } from './uploads.ts';
import { latestOf, recordOf, shown, spooledOf } from './versions.ts';

/** Parts that are not named are given up with the upload. Completing once more what has become the newest version says the same again. */
export function completeUpload(objects: Objects, options: CompleteOptions): Promise<ObjectVersion> {
  const { bucket, key, uploadId, parts, condition, checksum, expectedBytes } = options;
  const { store } = objects;
  const rowKey = toRowKey(key);
  const { shared, exclusive } = subjectsOf(bucket, rowKey);
  return objects.commits.write({
    shared, exclusive: [...exclusive, uploadSubject(uploadId)],
    plan: async () => {
      const before = await latestOf(store, bucket, rowKey);
      if (before !== undefined && recordOf(before).uploadId === uploadId) return { changes: [], result: shown(before, recordOf(before), await spooledOf(store, [recordOf(before)])) };
      const upload = await getUpload(objects, options);
      const rows = partsOf(parts, await store.objectPart.findMany({ where: { uploadId } }));
      const hash = createHash('md5');
      for (const { etag } of rows) hash.update(Buffer.from(etag, 'hex'));
      const pieces = rows.flatMap(({ record }) => (JSON.parse(record) as PartRecord).pieces);
      const sizeBytes = sizeOf(pieces);
      if (expectedBytes !== undefined && sizeBytes !== expectedBytes) throw new IncompleteBodyError({ sizeBytes, expectedBytes });
      if (sizeBytes > OBJECT_BYTES_MAX) throw new EntityTooLargeError('An object', { sizeBytes, maxBytes: OBJECT_BYTES_MAX });
      const { changes, result } = await planVersion(objects, {
        bucket, rowKey, condition, etag: `${hash.digest('hex')}-${rows.length}`,
        record: { headers: upload.headers, tags: upload.tags, partSizes: rows.map((row) => Number(row.sizeBytes)), pieces, uploadId, ...(checksum === undefined ? {} : { checksum }) },
      });
      return { changes: [...changes, { t: '-upload', uploadId }], result };
    },
  });
}

/** The rows of the parts that are named, in order. @throws PartError */
function partsOf(named: CompleteOptions['parts'], rows: readonly PartRow[]): PartRow[] {
  const known = new Map(rows.map((row) => [row.number, row]));
  if (named.length === 0) throw new PartError('INVALID_PART', 'An upload is completed with at least one part.', {});
  const misplaced = named.find(({ number }, i) => i > 0 && number <= named[i - 1]!.number);
  if (misplaced !== undefined) throw new PartError('INVALID_PART_ORDER', 'Parts are named in ascending order of their numbers.', { number: misplaced.number });
  return named.map(({ number, etag, checksum }, i) => {
    const row = known.get(number);
    if (row === undefined || row.etag !== etag) throw new PartError('INVALID_PART', `Part ${number} was not stored, or has another ETag.`, { number });
    const own = (JSON.parse(row.record) as PartRecord).checksum;
    if (checksum !== undefined && own !== undefined && own.value !== checksum) throw new PartError('INVALID_PART', `Part ${number} has another checksum.`, { number });
    if (i < named.length - 1 && row.sizeBytes < PART_BYTES_MIN) throw new PartError('ENTITY_TOO_SMALL', `Part ${number} has ${row.sizeBytes} bytes; all but the last have at least ${PART_BYTES_MIN}.`, { number, sizeBytes: Number(row.sizeBytes), minBytes: PART_BYTES_MIN, etag });
    return row;
  });
}
