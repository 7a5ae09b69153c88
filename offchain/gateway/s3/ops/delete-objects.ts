import { bucketOf } from '../call.ts';
import type { Gateway, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { parseETags } from '../request/conditions.ts';
import { checkKey } from '../request/target.ts';
import { toS3Error } from '../store-errors.ts';
import { parseXml } from '../xml/parse.ts';
import type { Node } from '../xml/parse.ts';
import { document, tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';

const MAX_KEYS = 1_000;
/** 1,000 keys of 1,024 bytes, each byte as a reference. */
const MAX_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 16;
/** What there may be of each key: another element may be a condition. */
const KNOWN = new Set(['Key', 'VersionId', 'ETag']);

/** Each key by itself: one that fails is told, and the others are gone all the same. */
export const deleteObjects: Operation = async (gateway, call) => {
  const bucket = bucketOf(call);
  const request = parseXml(await call.text(MAX_BYTES), 'Delete');
  const keys = request.all('Object');
  if (keys.length === 0 || keys.length > MAX_KEYS) throw new S3Error('MalformedXML', `There must be 1 to ${MAX_KEYS} keys.`);
  await gateway.objects.getBucket(bucket);
  const isQuiet = request.one('Quiet')?.text === 'true';
  const results: (Xml | undefined)[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) results.push(...(await Promise.all(keys.slice(at, at + AT_ONCE).map((one) => deleteOne(gateway, bucket, one, isQuiet)))));
  return { xml: document('DeleteResult', results) };
};

async function deleteOne({ objects }: Gateway, bucket: string, one: Node, isQuiet: boolean): Promise<Xml | undefined> {
  const key = one.one('Key')?.exact ?? '';
  const [versionId, ifMatch] = [one.one('VersionId')?.text, parseETags(one.one('ETag')?.text)];
  try {
    if (key === '') throw new S3Error('MalformedXML', 'A key is missing.');
    checkKey(key);
    const unknown = one.names().find((name) => !KNOWN.has(name));
    if (unknown !== undefined) throw new S3Error('NotImplemented', `A deletion cannot depend on <${unknown}>.`);
    const deleted = await objects.deleteObject({ bucket, key, versionId: versionId === '' ? undefined : versionId, ...(ifMatch === undefined ? {} : { condition: { ifMatch } }) });
    if (isQuiet) return undefined;
    const marker = deleted.isMarker ? [tag('DeleteMarker', true), tag('DeleteMarkerVersionId', deleted.versionId)] : [];
    return tag('Deleted', [tag('Key', key), tag('VersionId', versionId), ...marker]);
  } catch (error) {
    const { s3Code, shortMessage } = toS3Error(error);
    return tag('Error', [tag('Key', key), tag('VersionId', versionId), tag('Code', s3Code), tag('Message', shortMessage)]);
  }
}
