import { placeOf } from '../call.ts';
import type { HeaderValues, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { writeCondition } from '../request/conditions.ts';
import { readObjectHeaders } from '../request/object-headers.ts';
import { parseTagHeader } from '../request/tags.ts';
import type { Call } from '../call.ts';
import { checksumHeaders, readAlgorithm } from './checksum-fields.ts';

export const putObject: Operation = async ({ objects }, call) => {
  refuseLocks(call);
  const version = await objects.putObject({
    ...placeOf(call),
    ...call.incoming(readAlgorithm(call, 'x-amz-checksum-algorithm', 'x-amz-sdk-checksum-algorithm')),
    headers: readObjectHeaders(call.headers),
    tags: parseTagHeader(call.header('x-amz-tagging')),
    condition: writeCondition(call.header),
  });
  return { headers: { etag: `"${version.etag}"`, ...versionHeader(version.versionId), ...checksumHeaders(version.checksum) } };
};

/** Without versioning S3 names no version. */
export function versionHeader(versionId: string | undefined): HeaderValues {
  return versionId === undefined || versionId === 'null' ? {} : { 'x-amz-version-id': versionId };
}

/** What would change the meaning of a request must not be passed over. */
export function refuseHeaders(call: Call, names: readonly string[], why: string): void {
  const named = names.find((name) => call.header(name) !== undefined);
  if (named !== undefined) throw new S3Error('NotImplemented', `The header ${named} is not supported: ${why}.`);
}

/** What would be a promise that nobody keeps is refused; a canned ACL and storage class promise nothing. */
export function refuseLocks(call: Call): void {
  refuseHeaders(call, ['x-amz-write-offset-bytes'], 'objects are written whole');
  const refused = ['x-amz-object-lock-mode', 'x-amz-object-lock-retain-until-date', 'x-amz-object-lock-legal-hold', 'x-amz-object-lock-event-hold', 'x-amz-server-side-encryption-customer-key', 'x-amz-server-side-encryption-customer-algorithm'];
  const named = refused.find((name) => call.header(name) !== undefined && call.header(name) !== 'OFF');
  if (named !== undefined) throw new S3Error('NotImplemented', `The header ${named} is not supported: this gateway has neither object locks nor keys of customers.`);
  const encryption = call.header('x-amz-server-side-encryption');
  if (encryption !== undefined && encryption !== 'AES256') throw new S3Error('NotImplemented', 'Everything is encrypted with the creator\'s own keys already; only AES256 may be asked for.');
}
