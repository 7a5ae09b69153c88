import { bucketOf, placeOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { readObjectHeaders } from '../request/object-headers.ts';
import { parseTagHeader } from '../request/tags.ts';
import { document, tag } from '../xml/write.ts';
import { readAlgorithm } from './checksum-fields.ts';
import { refuseLocks } from './put-object.ts';

export const createUpload: Operation = async ({ objects }, call) => {
  refuseLocks(call);
  const checksumAlgorithm = readAlgorithm(call, 'x-amz-checksum-algorithm');
  const asked = call.header('x-amz-checksum-type')?.toUpperCase();
  const usual = checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const checksumType = asked ?? (checksumAlgorithm === undefined ? undefined : usual);
  if (checksumType !== undefined && checksumType !== 'FULL_OBJECT' && checksumType !== 'COMPOSITE') throw new S3Error('InvalidRequest', 'x-amz-checksum-type must be FULL_OBJECT or COMPOSITE.');
  if (checksumType !== undefined && checksumAlgorithm === undefined) throw new S3Error('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm.');
  const isHash = checksumAlgorithm === 'SHA1' || checksumAlgorithm === 'SHA256';
  if ((checksumType === 'FULL_OBJECT' && isHash) || (checksumType === 'COMPOSITE' && checksumAlgorithm === 'CRC64NVME')) throw new S3Error('InvalidRequest', `The checksum type ${checksumType} does not go with ${checksumAlgorithm}.`);
  const upload = await objects.createUpload({ ...placeOf(call), headers: readObjectHeaders(call.headers), tags: parseTagHeader(call.header('x-amz-tagging')), checksumAlgorithm, checksumType });
  return {
    headers: { 'x-amz-checksum-algorithm': checksumAlgorithm, 'x-amz-checksum-type': checksumType },
    xml: document('InitiateMultipartUploadResult', [tag('Bucket', bucketOf(call)), tag('Key', upload.key), tag('UploadId', upload.uploadId)]),
  };
};
