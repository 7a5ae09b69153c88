import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { ownerOf } from './owner.ts';
import { commonPrefixes, readPage, textOf } from './page.ts';

export const listUploads: Operation = async (gateway, call) => {
  const { prefix, delimiter, limit, encode, encoding } = readPage(call, 'max-uploads');
  const after = textOf(call, 'key-marker');
  const afterUploadId = after === undefined ? undefined : textOf(call, 'upload-id-marker');
  const asked = await gateway.objects.listUploads({ bucket: bucketOf(call), prefix, delimiter, after, afterUploadId, limit });
  const found = limit === 0 ? { uploads: [], prefixes: [], next: undefined } : asked;
  return { xml: document('ListMultipartUploadsResult', [
    tag('Bucket', bucketOf(call)), tag('KeyMarker', encode(after ?? '')), tag('UploadIdMarker', afterUploadId ?? ''),
    tag('NextKeyMarker', found.next && encode(found.next.key)), tag('NextUploadIdMarker', found.next?.uploadId),
    tag('Prefix', encode(prefix)), tag('Delimiter', delimiter && encode(delimiter)), tag('EncodingType', encoding), tag('MaxUploads', limit), tag('IsTruncated', found.next !== undefined),
    ...found.uploads.map((upload) => tag('Upload', [
      tag('Key', encode(upload.key)), tag('UploadId', upload.uploadId), ownerOf(gateway, 'Initiator'), ownerOf(gateway),
      tag('StorageClass', upload.headers.storageClass ?? 'STANDARD'), tag('Initiated', isoDate(upload.createdMs)), tag('ChecksumAlgorithm', upload.checksumAlgorithm), tag('ChecksumType', upload.checksumType),
    ])),
    commonPrefixes(found.prefixes, encode),
  ]) };
};
