import type { CompleteOptions } from '../../objects/object-store.ts';
import { ALGORITHMS } from '../body/checksums.ts';
import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { parseETags, writeCondition } from '../request/conditions.ts';
import { percentEncode } from '../../../wire/sigv4/percent-encode.ts';
import { parseXml } from '../xml/parse.ts';
import type { Node } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';
import { checksumTags } from './checksum-fields.ts';
import { versionHeader } from './put-object.ts';
import { uploadPlace } from './put-part.ts';
import { wholeChecksum } from './whole-checksum.ts';

const MAX_PARTS = 10_000;
/** 10,000 parts with ETag, the longest checksum, and spaces between. */
const MAX_BYTES = 4 * 1024 * 1024;

export const completeUpload: Operation = async ({ objects }, call) => {
  const place = uploadPlace(call);
  const listed = parseXml(await call.text(MAX_BYTES), 'CompleteMultipartUpload').all('Part');
  if (listed.length === 0 || listed.length > MAX_PARTS) throw new S3Error('MalformedXML', `There must be 1 to ${MAX_PARTS} parts.`);
  const parts = listed.map(readPart);
  if (parts.some(({ number }, i) => i > 0 && number <= parts[i - 1]!.number)) throw new S3Error('InvalidPartOrder');
  const upload = await objects.getUpload(place);
  const checksum = await wholeChecksum(objects, upload, parts, call);
  const version = objects.completeUpload({ ...place, parts, condition: writeCondition(call.header), checksum, expectedBytes: expectedBytes(call.header('x-amz-mp-object-size')) });
  const location = `http://${call.header('host') ?? ''}${percentEncode(call.target.path, '/')}`;
  // What can be said at once is an error of its own status; from here on it may take as long as the network needs.
  const xmlLater = version.then((done) => document('CompleteMultipartUploadResult', [tag('Location', location), tag('Bucket', bucketOf(call)), tag('Key', place.key), tag('ETag', `"${done.etag}"`), checksumTags(done.checksum)]));
  return { xmlLater, laterHeaders: version.then((done) => versionHeader(done.versionId)) };
};

function expectedBytes(text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,15}$/.test(text)) throw new S3Error('InvalidArgument', 'x-amz-mp-object-size is no number.');
  return text === undefined ? undefined : Number(text);
}

function readPart(part: Node): CompleteOptions['parts'][number] {
  const number = part.need('PartNumber').text;
  if (!/^\d{1,5}$/.test(number)) throw new S3Error('MalformedXML', 'A part number is no number.');
  const etags = parseETags(part.need('ETag').text);
  const [etag = ''] = etags === '*' ? [] : (etags ?? []);
  const checksum = ALGORITHMS.map((algorithm) => part.one(`Checksum${algorithm}`)?.text).find((value) => value !== undefined && value !== '');
  return { number: Number(number), etag, ...(checksum === undefined ? {} : { checksum }) };
}
