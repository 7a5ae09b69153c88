/** Uploads in parts, until they are completed. */
import { randomBytes } from 'node:crypto';
import type { ObjectPart as PartRow, ObjectUpload as UploadRow } from '../../store/generated/sqlite/client.ts';
import type { Objects } from './context.ts';
import { NoSuchUploadError, PartError } from './errors.ts';
import { fromRowKey, hexOf, toRowKey } from './keys.ts';
import { bucketSubject } from './new-version.ts';
import type { CreateUploadOptions, ListOptions, ObjectPart, PartPage, PutPartOptions, Upload, UploadPage, UploadPlace } from './object-store.ts';
import { walkPage } from './page.ts';
import { cleaned } from './put-object.ts';
import type { Change, PartRecord, UploadRecord } from './records.ts';
import { PAGE_MAX, PARTS_MAX, PART_BYTES_MAX } from './settings.ts';
import { withBody } from './take-body.ts';
import { bucketOf } from './versions.ts';

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

export function checkNumber(number: number): void {
  if (!Number.isSafeInteger(number) || number < 1 || number > PARTS_MAX) throw new PartError('INVALID_PART', `Parts are numbered from 1 to ${PARTS_MAX}.`, { number });
}

/** Puts a part in its place; `more`: what else the write changes or counts on. */
export function setPart(objects: Objects, place: UploadPlace & { readonly number: number }, part: { readonly etag: string; readonly sizeBytes: number; readonly record: PartRecord }, more: { readonly exclusive?: readonly string[]; readonly check?: () => Promise<void> } = {}): Promise<ObjectPart> {
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

export function uploadSubject(uploadId: string): string {
  return `upload ${uploadId}`;
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

export function abortUpload(objects: Objects, place: UploadPlace): Promise<void> {
  return objects.commits.write({
    shared: [bucketSubject(place.bucket)], exclusive: [uploadSubject(place.uploadId)],
    plan: async () => {
      await getUpload(objects, place);
      return { changes: [{ t: '-upload', uploadId: place.uploadId }], result: undefined };
    },
  });
}
