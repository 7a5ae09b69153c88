import { placeOf } from '../call.ts';
import type { Call, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { Algorithm } from '../body/checksums.ts';
import { parseRange } from '../request/range.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { checksumHeaders, checksumTags } from './checksum-fields.ts';
import { readCopySource } from './copy-source.ts';

const MAX_PARTS = 10_000;

export const putPart: Operation = async ({ objects }, call) => {
  const place = uploadPlace(call);
  const number = partNumber(call);
  const { checksumAlgorithm } = await objects.getUpload(place);
  const part = await objects.putPart({ ...place, number, ...call.incoming(checksumAlgorithm as Algorithm | undefined) });
  return { headers: { etag: `"${part.etag}"`, ...checksumHeaders(part.checksum), 'x-amz-checksum-type': undefined } };
};

export const copyPart: Operation = async (gateway, call) => {
  const place = uploadPlace(call);
  const number = partNumber(call);
  const { from, version } = await readCopySource(gateway, call);
  const text = call.header('x-amz-copy-source-range');
  const range = text === undefined ? undefined : (parseRange(text, version.sizeBytes) ?? fail(text));
  const last = /-(\d+)$/.exec(text ?? '')?.[1];
  if (last !== undefined && Number(last) >= version.sizeBytes) throw new S3Error('InvalidArgument', `Range specified is not valid for source object of size: ${version.sizeBytes}`);
  const part = await gateway.objects.copyPart({ ...place, number, from, fromEtag: version.etag, range, signal: call.signal });
  return { xml: document('CopyPartResult', [tag('LastModified', isoDate(part.modifiedMs)), tag('ETag', `"${part.etag}"`), checksumTags(part.checksum)]) };
};

export function uploadPlace(call: Call) {
  return { ...placeOf(call), uploadId: call.target.query.get('uploadId') ?? '' };
}

function partNumber({ target: { query } }: Call): number {
  const number = query.count('partNumber', MAX_PARTS) ?? 0;
  if (number < 1) throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`, { fields: { ArgumentName: 'partNumber' } });
  return number;
}

function fail(text: string): never {
  throw new S3Error('InvalidArgument', 'The x-amz-copy-source-range value must be of the form bytes=first-last', { fields: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: text } });
}
