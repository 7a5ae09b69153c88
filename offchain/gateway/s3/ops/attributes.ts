import { placeOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { checkRead } from '../request/conditions.ts';
import { httpDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { checksumTags } from './checksum-fields.ts';
import { versionHeader } from './put-object.ts';

const NAMES = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);
const MAX_PARTS = 1_000;

export const getAttributes: Operation = async ({ objects }, call) => {
  const asked = new Set((call.header('x-amz-object-attributes') ?? '').split(',').map((one) => one.trim()));
  for (const name of asked) if (!NAMES.has(name)) throw new S3Error('InvalidArgument', 'Invalid attribute name specified.', { fields: { ArgumentName: 'x-amz-object-attributes', ArgumentValue: name } });
  const version = await objects.headObject({ ...placeOf(call), versionId: call.target.query.get('versionId') });
  checkRead(call.header, version);
  const { etag, checksum, partSizes, headers, sizeBytes, modifiedMs, versionId } = version;
  const limit = numberOf(call.header('x-amz-max-parts')) ?? MAX_PARTS;
  const first = numberOf(call.header('x-amz-part-number-marker')) ?? 0;
  const shown = partSizes?.slice(first, first + Math.min(limit, MAX_PARTS)) ?? [];
  const last = first + shown.length;
  return {
    headers: { 'last-modified': httpDate(modifiedMs), ...versionHeader(versionId) },
    xml: document('GetObjectAttributesResponse', [
      asked.has('ETag') ? tag('ETag', etag) : undefined,
      asked.has('Checksum') && checksum !== undefined ? tag('Checksum', checksumTags(checksum)) : undefined,
      asked.has('ObjectParts') && partSizes !== undefined
        ? tag('ObjectParts', [tag('PartsCount', partSizes.length), tag('PartNumberMarker', first), tag('NextPartNumberMarker', last), tag('MaxParts', limit), tag('IsTruncated', last < partSizes.length), ...shown.map((size, i) => tag('Part', [tag('PartNumber', first + i + 1), tag('Size', size)]))])
        : undefined,
      asked.has('StorageClass') ? tag('StorageClass', headers.storageClass ?? 'STANDARD') : undefined,
      asked.has('ObjectSize') ? tag('ObjectSize', sizeBytes) : undefined,
    ]),
  };
};

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text)) throw new S3Error('InvalidArgument', 'The number of parts is no number.');
  return Number(text);
}
