import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { checksumTags } from './checksum-fields.ts';
import { ownerOf } from './owner.ts';
import { readPage } from './page.ts';
import { uploadPlace } from './put-part.ts';

export const listParts: Operation = async (gateway, call) => {
  const place = uploadPlace(call);
  const { limit, encode, encoding } = readPage(call, 'max-parts');
  const after = call.target.query.count('part-number-marker', 2_147_483_647);
  const asked = await gateway.objects.listParts({ ...place, after, limit });
  const { upload } = asked;
  const { parts, next } = limit === 0 ? { parts: [], next: undefined } : asked;
  return { xml: document('ListPartsResult', [
    tag('Bucket', bucketOf(call)), tag('Key', encode(place.key)), tag('EncodingType', encoding), tag('UploadId', place.uploadId),
    ownerOf(gateway, 'Initiator'), ownerOf(gateway), tag('StorageClass', upload.headers.storageClass ?? 'STANDARD'),
    tag('ChecksumAlgorithm', upload.checksumAlgorithm), tag('ChecksumType', upload.checksumType),
    tag('PartNumberMarker', after ?? 0), tag('NextPartNumberMarker', next ?? parts.at(-1)?.number ?? 0), tag('MaxParts', limit), tag('IsTruncated', next !== undefined),
    ...parts.map((part) => tag('Part', [tag('PartNumber', part.number), tag('LastModified', isoDate(part.modifiedMs)), tag('ETag', `"${part.etag}"`), tag('Size', part.sizeBytes), checksumTags(part.checksum)?.slice(0, 1)])),
  ]) };
};
