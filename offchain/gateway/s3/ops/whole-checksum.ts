import type { Checksum, CompleteOptions, ObjectPart, ObjectStore, Upload } from '../../objects/object-store.ts';
import { ALGORITHMS, createDigest, DIGEST_BYTES, headerOf, parseDigest } from '../body/checksums.ts';
import type { Algorithm } from '../body/checksums.ts';
import { combineCrcs } from '../body/combine-crc.ts';
import type { Call } from '../call.ts';
import { S3Error } from '../errors.ts';

const PAGE = 1_000;

/**
 * The checksum of an object in parts, from those of its parts: a digest of digests (COMPOSITE, with `-N`), or for CRCs that of the whole.
 * Undefined when the upload was begun without one. Throws BadDigest when the request names another one, InvalidPart when a part has none.
 */
export async function wholeChecksum(objects: ObjectStore, upload: Upload, listed: CompleteOptions['parts'], call: Call): Promise<Checksum | undefined> {
  const algorithm = ALGORITHMS.find((one) => one === upload.checksumAlgorithm);
  if (algorithm === undefined) return undefined;
  const known = await partsOf(objects, upload);
  const parts = listed.map(({ number }) => {
    const part = known.get(number);
    const digest = part?.checksum === undefined ? undefined : parseDigest(part.checksum.value, DIGEST_BYTES[algorithm]);
    if (part === undefined || digest === undefined) throw new S3Error('InvalidPart', `Part ${number} is missing, or has no ${algorithm}.`);
    return { crc: digest, sizeBytes: part.sizeBytes };
  });
  const type = upload.checksumType ?? 'COMPOSITE';
  const value = type === 'COMPOSITE' ? composite(algorithm, parts.map(({ crc }) => crc)) : combineCrcs(algorithm, parts)?.toString('base64');
  if (value === undefined) return undefined;
  const given = call.header(headerOf(algorithm));
  if (given !== undefined && given !== value && given !== value.replace(/-\d+$/, '')) throw new S3Error('BadDigest', `The ${algorithm} of the whole object that was given does not fit its parts.`);
  return { algorithm, value, type };
}

function composite(algorithm: Algorithm, digests: readonly Buffer[]): string {
  const whole = createDigest(algorithm);
  for (const digest of digests) whole.update(digest);
  return `${whole.digest().toString('base64')}-${digests.length}`;
}

async function partsOf(objects: ObjectStore, { bucket, key, uploadId }: Upload): Promise<Map<number, ObjectPart>> {
  const known = new Map<number, ObjectPart>();
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await objects.listParts({ bucket, key, uploadId, after, limit: PAGE });
    for (const part of page.parts) known.set(part.number, part);
    after = page.next;
  }
  return known;
}
