/** What the tables and the packs hold, and the changes that lead from one state to the next. Every row can be made again from changes alone. */
import { z } from 'zod';
import { BadRecordError } from './errors.ts';
import { KEY_BYTES_MAX, OBJECT_BYTES_MAX, PARTS_MAX, PART_BYTES_MAX } from './settings.ts';

const text = (max: number) => z.string().max(max).refine((one) => one.isWellFormed(), 'must be well-formed Unicode');
const texts = z.record(text(1024), text(4096)).refine((all) => Object.keys(all).length <= 100, 'has more than 100 entries');
const time = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const count = z.number().int().min(0).max(1_000_000);
const days = z.number().int().min(0).max(1_000_000);
const bucketName = text(255).min(1);
const rowKey = z.string().regex(/^([0-9a-f]{2})+$/).max(2 * KEY_BYTES_MAX);
const idText = z.string().regex(/^[\w.-]{1,128}$/);
const bodyId = z.string().regex(/^[0-9a-f]{32}$/);
const sizeBytes = z.number().int().min(0).max(OBJECT_BYTES_MAX);


/** Where the bytes are: [id of a body, its size, start, end) each; in order they are the object. Only copies of ranges leave out parts of a body. */
const slices = z.array(z.tuple([bodyId, z.number().int().min(1).max(OBJECT_BYTES_MAX), sizeBytes, sizeBytes])).max(PARTS_MAX * 8);

const checksum = z.strictObject({ algorithm: text(16), value: text(128), type: z.enum(['FULL_OBJECT', 'COMPOSITE']) });

const headers = z.strictObject({
  contentType: text(8192).optional(), contentEncoding: text(8192).optional(), contentDisposition: text(8192).optional(), contentLanguage: text(8192).optional(),
  cacheControl: text(8192).optional(), expires: text(8192).optional(), redirect: text(8192).optional(), storageClass: text(64).optional(), user: texts.optional(),
});

const lifecycleRule = z.strictObject({
  id: text(255), enabled: z.boolean(),
  filter: z.strictObject({ prefix: text(KEY_BYTES_MAX).optional(), tags: texts.optional(), largerThanBytes: sizeBytes.optional(), smallerThanBytes: sizeBytes.optional() }),
  expiration: z.strictObject({ days: days.optional(), date: time.optional(), expiredDeleteMarker: z.boolean().optional() }).optional(),
  noncurrent: z.strictObject({ days, newerVersions: count.optional() }).optional(),
  abortUploadsAfterDays: days.optional(),
});

const corsRule = z.strictObject({
  id: text(255).optional(), origins: z.array(text(2048)).max(1000), methods: z.array(text(32)).max(100), headers: z.array(text(2048)).max(1000),
  exposed: z.array(text(2048)).max(1000), maxAgeSeconds: z.number().int().min(0).max(2 ** 31 - 1).optional(),
});

export const BucketRecord = z.strictObject({
  versioning: z.enum(['off', 'enabled', 'suspended']), lifecycle: z.array(lifecycleRule).max(1000), cors: z.array(corsRule).max(100), tags: texts,
});
export type BucketRecord = z.output<typeof BucketRecord>;

export const VersionRecord = z.strictObject({
  headers, tags: texts, checksum: checksum.optional(), partSizes: z.array(sizeBytes).max(PARTS_MAX).optional(), pieces: slices,
  /** The upload in parts that it came from: whoever completes it once more is told the same. */
  uploadId: idText.optional(),
});
export type VersionRecord = z.output<typeof VersionRecord>;

export const UploadRecord = z.strictObject({ headers, tags: texts, checksumAlgorithm: text(16).optional(), checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']).optional() });
export type UploadRecord = z.output<typeof UploadRecord>;

export const PartRecord = z.strictObject({ checksum: checksum.optional(), pieces: slices });
export type PartRecord = z.output<typeof PartRecord>;

const bucketSet = z.strictObject({ t: z.literal('bucket'), name: bucketName, createdMs: time, record: BucketRecord });
const bucketGone = z.strictObject({ t: z.literal('-bucket'), name: bucketName });
const versionSet = z.strictObject({
  t: z.literal('version'), bucket: bucketName, key: rowKey, order: time, versionId: idText, isMarker: z.boolean(), sizeBytes, etag: z.string().regex(/^([0-9a-f]{32}(-\d{1,5})?)?$/), modifiedMs: time, record: VersionRecord,
});
const versionGone = z.strictObject({ t: z.literal('-version'), bucket: bucketName, key: rowKey, order: time });
const uploadSet = z.strictObject({ t: z.literal('upload'), uploadId: idText, bucket: bucketName, key: rowKey, createdMs: time, record: UploadRecord });
/** With all its parts. */
const uploadGone = z.strictObject({ t: z.literal('-upload'), uploadId: idText });
const partSet = z.strictObject({
  t: z.literal('part'), uploadId: idText, number: z.number().int().min(1).max(PARTS_MAX), sizeBytes: sizeBytes.max(PART_BYTES_MAX), etag: z.string().regex(/^[0-9a-f]{32}$/), modifiedMs: time, record: PartRecord,
});

export const Change = z.discriminatedUnion('t', [bucketSet, bucketGone, versionSet, versionGone, uploadSet, uploadGone, partSet]).refine(
  (change) => (change.t !== 'version' && change.t !== 'part') || change.sizeBytes === sizeOf(change.record.pieces), 'has pieces that do not add up to its size');
export type Change = z.output<typeof Change>;
export type VersionChange = z.output<typeof versionSet>;
export type PartChange = z.output<typeof partSet>;

/** [body, size of the body, start, end) */
export type Piece = z.output<typeof slices>[number];

export function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, [, size, start, end]) => (start < end && end <= size ? sum + end - start : Number.NaN), 0);
}

/** Bytes [start, end) of what the pieces are together. */
export function cutPieces(pieces: readonly Piece[], { start, end }: { readonly start: number; readonly end: number }): Piece[] {
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

/** Of two changes of one subject the later one alone counts. */
export function subjectOf(change: Change): string {
  switch (change.t) {
    case 'bucket':
    case '-bucket':
      return `b ${change.name}`;
    case 'version':
    case '-version':
      return `v ${change.bucket} ${change.key} ${change.order}`;
    case 'upload':
    case '-upload':
      return `u ${change.uploadId}`;
    case 'part':
      return `p ${change.uploadId} ${change.number}`;
  }
}

/** Of each subject the last change, in the order of these. */
export function newestOf(changes: readonly Change[]): Change[] {
  const newest = new Map<string, Change>();
  for (const change of changes) {
    const subject = subjectOf(change);
    newest.delete(subject);
    newest.set(subject, change);
  }
  return [...newest.values()];
}

/** A change that is too large, or that a later start would refuse to read, must not become part of a pack. @throws BadRecordError */
export function checkChange(change: Change): Change {
  const parsed = Change.safeParse(change);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadRecordError(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is malformed'}`);
  }
  const sizeChars = JSON.stringify(change).length;
  if (sizeChars > CHANGE_CHARS_MAX) throw new BadRecordError(`it takes ${sizeChars} characters; ${CHANGE_CHARS_MAX} are allowed`);
  return change;
}

/** A version of 80,000 pieces takes five million. */
const CHANGE_CHARS_MAX = 7 << 20;
