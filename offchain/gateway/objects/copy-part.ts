/** A part out of an object that is there. */
import { createHash } from 'node:crypto';
import type { Objects } from './context.ts';
import { EntityTooLargeError, PreconditionFailedError } from './errors.ts';
import { subjectsOf } from './new-version.ts';
import type { CopyPartOptions, ObjectPart } from './object-store.ts';
import { cutPieces } from './records.ts';
import { PART_BYTES_MAX } from './settings.ts';
import { checkNumber, getUpload, setPart } from './uploads.ts';
import { findVersion } from './versions.ts';

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
  return setPart(objects, options, { etag, sizeBytes, record: { pieces: cutPieces(record.pieces, { start, end }) } }, {
    exclusive: subjectsOf(from.bucket, row.key).exclusive,
    check: async () => {
      const now = await findVersion(objects.store, { ...from, versionId: row.versionId });
      if (now.row.order !== row.order) throw new PreconditionFailedError(from.key);
    },
  });
}

async function md5Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}
