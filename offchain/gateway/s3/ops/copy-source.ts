import type { ObjectVersion, PlaceOfVersion } from '../../objects/object-store.ts';
import type { Call, Gateway } from '../call.ts';
import { S3Error } from '../errors.ts';
import { checkSource } from '../request/conditions.ts';
import { percentDecode } from '../request/percent.ts';
import { checkKey } from '../request/target.ts';

export const COPY_SOURCE = 'x-amz-copy-source';

/** `/bucket/key?versionId=...`, percent-encoded. Throws InvalidArgument, AccessDenied, and what the source's conditions say. */
export async function readCopySource({ objects }: Gateway, call: Call): Promise<{ from: PlaceOfVersion; version: ObjectVersion }> {
  const text = call.header(COPY_SOURCE) ?? '';
  const at = text.lastIndexOf('?versionId=');
  const path = percentDecode((at < 0 ? text : text.slice(0, at)).replace(/^\//, ''));
  const slash = path.indexOf('/');
  if (slash < 1 || slash === path.length - 1) throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', { fields: { ArgumentName: COPY_SOURCE, ArgumentValue: text } });
  const [bucket, key] = [path.slice(0, slash), path.slice(slash + 1)];
  checkKey(key);
  if (call.identity.key.buckets?.includes(bucket) === false) throw new S3Error('AccessDenied');
  const from = { bucket, key, ...(at < 0 ? {} : { versionId: percentDecode(text.slice(at + 11)) }) };
  const version = await objects.headObject(from);
  checkSource(call.header, version);
  return { from: { ...from, versionId: version.versionId }, version };
}
