/** Uploads in parts. Completing one moves no bytes: the object is its parts, read back to back. */
import { createHash, randomBytes } from 'node:crypto';
import type { ObjectPart as PartRow, ObjectUpload as UploadRow } from '../../store/generated/sqlite/client.ts';
import type { Objects } from './context.ts';
import { EntityTooLargeError, NoSuchUploadError, PartError, PreconditionFailedError } from './errors.ts';
import { fromRowKey, hexOf, toRowKey } from './keys.ts';
import { bucketSubject, planVersion, subjectsOf } from './new-version.ts';
import type { CompleteOptions, CopyPartOptions, CreateUploadOptions, ListOptions, ObjectPart, ObjectVersion, PartPage, PutPartOptions, Upload, UploadPage, UploadPlace } from './object-store.ts';
import { walkPage } from './page.ts';
import { cleaned } from './put-object.ts';
import { type Change, type PartRecord, type Piece, type UploadRecord, sizeOf } from './records.ts';
import { OBJECT_BYTES_MAX, PAGE_MAX, PARTS_MAX, PART_BYTES_MAX, PART_BYTES_MIN } from './settings.ts';
import { withBody } from './take-body.ts';
import { bucketOf, findVersion, latestOf, recordOf, shown, spooledOf } from './versions.ts';

export function createUpload({ store, commits, clock }: Objects, { bucket, key, headers = {}, tags = {}, checksumAlgorithm, checksumType }: CreateUploadOptions): Promise<Upload> {
  const rowKey = toRowKey(key);
  return commits.write({
    shared: [bucketSubject(bucket)], exclusive: [],
    plan: async () => {
      await bucketOf(store, bucket);
      const createdMs = clock.nowMs();
      // Ascending in time, as uploads of one key are listed.
      const uploadId = `${createdMs.toString(36).padStart(9, '0')}.${randomBytes(16).toString('hex')}`;
      const record: UploadRecord = cleaned({ headers: cleaned(headers), tags, checksumAlgorithm, checksumType });
      const change: Change = { t: 'upload', uploadId, bucket, key: rowKey, createdMs, record };
      return { changes: [change], result: { bucket, key, uploadId, createdMs, ...record } };
    },
  });
}

export async function getUpload({ store }: Pick<Objects, 'store'>, { bucket, key, uploadId }: UploadPlace): Promise<Upload> {
  const row = await store.objectUpload.findUnique({ where: { uploadId } });
  if (row === null || row.bucket !== bucket || row.key !== toRowKey(key)) {
    await bucketOf(store, bucket);
    throw new NoSuchUploadError(uploadId);
  }
  return shownUpload(row);
}

function shownUpload({ uploadId, bucket, key, createdMs, record }: UploadRow): Upload {
  return { uploadId, bucket, key: fromRowKey(key), createdMs: Number(createdMs), ...(JSON.parse(record) as UploadRecord) };
}

export async function putPart(objects: Objects, options: PutPartOptions): Promise<ObjectPart> {
  checkNumber(options.number);
  await getUpload(objects, options);
  return withBody(objects, options, {
    maxBytes: PART_BYTES_MAX,
    act: ({ pieces, sizeBytes, md5 }) => {
      const checksum = options.checksum?.();
      return setPart(objects, options, { etag: md5, sizeBytes, record: { pieces, ...(checksum === undefined ? {} : { checksum }) } });
    },
  });
}

function checkNumber(number: number): void {
  if (!Number.isSafeInteger(number) || number < 1 || number > PARTS_MAX) throw new PartError('INVALID_PART', `Parts are numbered from 1 to ${PARTS_MAX}.`, { number });
}

function setPart(objects: Objects, place: UploadPlace & { readonly number: number }, part: { readonly etag: string; readonly sizeBytes: number; readonly record: PartRecord }, more: { readonly exclusive?: readonly string[]; readonly check?: () => Promise<void> } = {}): Promise<ObjectPart> {
  const { uploadId, number } = place;
  const { etag, sizeBytes, record } = part;
  return objects.commits.write({
    shared: [bucketSubject(place.bucket), uploadSubject(uploadId)], exclusive: [`part ${uploadId} ${number}`, ...(more.exclusive ?? [])],
    plan: async () => {
      await getUpload(objects, place);
      await more.check?.();
      const modifiedMs = objects.clock.nowMs();
      const change: Change = { t: 'part', uploadId, number, sizeBytes, etag, modifiedMs, record };
      return { changes: [change], result: { number, sizeBytes, etag, modifiedMs, ...(record.checksum === undefined ? {} : { checksum: record.checksum }) } };
    },
  });
}

function uploadSubject(uploadId: string): string {
  return `upload ${uploadId}`;
}

/** No bytes move; they are read, for the part's MD5, unless the source is a whole object that has one. */
export async function copyPart(objects: Objects, options: CopyPartOptions): Promise<ObjectPart> {
  const { from, fromEtag, number, signal } = options;
  checkNumber(number);
  await getUpload(objects, options);
  const { row, record } = await findVersion(objects.store, from);
  if (fromEtag !== undefined && fromEtag !== row.etag) throw new PreconditionFailedError(from.key);
  const { start, end } = options.range ?? { start: 0, end: Number(row.sizeBytes) };
  const sizeBytes = end - start;
  if (sizeBytes > PART_BYTES_MAX) throw new EntityTooLargeError('A part', { sizeBytes, maxBytes: PART_BYTES_MAX });
  const isWhole = sizeBytes === Number(row.sizeBytes) && !row.etag.includes('-');
  const etag = isWhole ? row.etag : await md5Of(objects.bodies.read(record.pieces, { start, end }, { signal }));
  return setPart(objects, options, { etag, sizeBytes, record: { pieces: cut(record.pieces, start, end) } }, {
    exclusive: subjectsOf(from.bucket, row.key).exclusive,
    check: async () => {
      const now = await findVersion(objects.store, { ...from, versionId: row.versionId });
      if (now.row.order !== row.order) throw new PreconditionFailedError(from.key);
    },
  });
}

function cut(pieces: readonly Piece[], start: number, end: number): Piece[] {
  const parts: Piece[] = [];
  let at = 0;
  for (const [id, size, from, to] of pieces) {
    const first = Math.max(from, from + start - at);
    const last = Math.min(to, from + end - at);
    if (first < last) parts.push([id, size, first, last]);
    at += to - from;
  }
  return parts;
}

async function md5Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}

export async function listParts({ store }: Objects, options: UploadPlace & { readonly after?: number | undefined; readonly limit: number }): Promise<PartPage> {
  const upload = await getUpload({ store }, options);
  const limit = Math.min(options.limit, PAGE_MAX);
  const rows = await store.objectPart.findMany({ where: { uploadId: options.uploadId, number: { gt: options.after ?? 0 } }, orderBy: { number: 'asc' }, take: limit + 1 });
  const parts = rows.slice(0, limit).map(shownPart);
  const last = parts.at(-1);
  return { upload, parts, ...(rows.length > limit && last !== undefined ? { next: last.number } : {}) };
}

function shownPart({ number, sizeBytes, etag, modifiedMs, record }: PartRow): ObjectPart {
  const { checksum } = JSON.parse(record) as PartRecord;
  return { number, sizeBytes: Number(sizeBytes), etag, modifiedMs: Number(modifiedMs), ...(checksum === undefined ? {} : { checksum }) };
}

export async function listUploads({ store }: Objects, options: ListOptions & { readonly afterUploadId?: string | undefined }): Promise<UploadPage> {
  const { bucket, after, afterUploadId } = options;
  await bucketOf(store, bucket);
  const behind = after === undefined || after === '' || afterUploadId === undefined ? undefined : { uploadId: afterUploadId, bucket, key: hexOf(after), createdMs: 0n, record: '{}' };
  const { rows, prefixes, last } = await walkPage<UploadRow>({
    ...options, behind,
    fetch: (bound, end, take) => store.objectUpload.findMany({
      where: 'behind' in bound
        ? { bucket, OR: [{ key: bound.behind.key, uploadId: { gt: bound.behind.uploadId } }, { key: { gt: bound.behind.key, lt: end } }] }
        : { bucket, key: { gte: bound.from, lt: end } },
      orderBy: [{ key: 'asc' }, { uploadId: 'asc' }], take,
    }),
  });
  const next = last === undefined ? undefined : 'row' in last ? { key: fromRowKey(last.row.key), uploadId: last.row.uploadId } : { key: last.prefix };
  return { uploads: rows.map(shownUpload), prefixes, ...(next === undefined ? {} : { next }) };
}

/** Parts that are not named are given up with the upload. Completing once more what has become the newest version says the same again. */
export function completeUpload(objects: Objects, options: CompleteOptions): Promise<ObjectVersion> {
  const { bucket, key, uploadId, parts, condition, checksum } = options;
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

export function abortUpload(objects: Objects, place: UploadPlace): Promise<void> {
  return objects.commits.write({
    shared: [bucketSubject(place.bucket)], exclusive: [uploadSubject(place.uploadId)],
    plan: async () => {
      await getUpload(objects, place);
      return { changes: [{ t: '-upload', uploadId: place.uploadId }], result: undefined };
    },
  });
}
