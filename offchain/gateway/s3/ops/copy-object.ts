import { placeOf } from '../call.ts';
import type { Call, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { writeCondition } from '../request/conditions.ts';
import { readObjectHeaders } from '../request/object-headers.ts';
import { parseTagHeader } from '../request/tags.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { checksumTags } from './checksum-fields.ts';
import { readCopySource } from './copy-source.ts';
import { refuseLocks, versionHeader } from './put-object.ts';

/** Largest object that one copy takes. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

export const copyObject: Operation = async (gateway, call) => {
  refuseLocks(call);
  const place = placeOf(call);
  const [replacesHeaders, replacesTags] = [directive(call, 'x-amz-metadata-directive'), directive(call, 'x-amz-tagging-directive')];
  const { from, version: source } = await readCopySource(gateway, call);
  if (source.sizeBytes > MAX_COPY_BYTES) throw new S3Error('InvalidRequest', 'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120');
  const isSelf = from.bucket === place.bucket && from.key === place.key;
  if (isSelf && source.isLatest && !replacesHeaders && !replacesTags && call.header('x-amz-storage-class') === undefined) {
    throw new S3Error('InvalidRequest', 'This copy request is illegal because it is trying to copy an object to itself without changing the object\'s metadata, storage class, website redirect location or encryption attributes.');
  }
  const { storageClass, redirect, ...given } = readObjectHeaders(call.headers);
  // The storage class is never copied: it is what the request says.
  const headers = { ...(replacesHeaders ? given : source.headers), storageClass, redirect };
  const version = await gateway.objects.copyObject({
    ...place, from, fromEtag: source.etag, headers,
    tags: replacesTags ? (parseTagHeader(call.header('x-amz-tagging')) ?? {}) : undefined,
    condition: writeCondition(call.header),
  });
  const xml = document('CopyObjectResult', [tag('LastModified', isoDate(version.modifiedMs)), tag('ETag', `"${version.etag}"`), checksumTags(version.checksum)]);
  return { xml, headers: { ...versionHeader(version.versionId), ...(from.versionId === 'null' ? {} : { 'x-amz-copy-source-version-id': from.versionId }) } };
};

function directive(call: Call, name: string): boolean {
  const value = call.header(name)?.toUpperCase() ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') throw new S3Error('InvalidArgument', `${name} must be COPY or REPLACE.`, { fields: { ArgumentName: name, ArgumentValue: value } });
  return value === 'REPLACE';
}
