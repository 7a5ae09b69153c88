import { bucketOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import { versionFields } from './list-objects.ts';
import { ownerOf } from './owner.ts';
import { commonPrefixes, readPage, textOf } from './page.ts';

export const listVersions: Operation = async (gateway, call) => {
  const page = readPage(call, 'max-keys');
  const [after, afterVersionId] = [textOf(call, 'key-marker'), textOf(call, 'version-id-marker')];
  if (after === undefined && afterVersionId !== undefined) throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  const { prefix, delimiter, limit, encode } = page;
  const asked = await gateway.objects.listVersions({ bucket: bucketOf(call), prefix, delimiter, after, afterVersionId, limit });
  const found = limit === 0 ? { versions: [], prefixes: [], next: undefined } : asked;
  return { xml: document('ListVersionsResult', [
    tag('Name', bucketOf(call)), tag('Prefix', encode(prefix)), tag('KeyMarker', encode(after ?? '')), tag('VersionIdMarker', afterVersionId ?? ''),
    tag('NextKeyMarker', found.next && encode(found.next.key)), tag('NextVersionIdMarker', found.next?.versionId),
    tag('MaxKeys', limit), tag('Delimiter', delimiter && encode(delimiter)), tag('EncodingType', page.encoding), tag('IsTruncated', found.next !== undefined),
    ...found.versions.map((version) => tag(version.isMarker ? 'DeleteMarker' : 'Version', [
      tag('Key', encode(version.key)), tag('VersionId', version.versionId), tag('IsLatest', version.isLatest),
      ...(version.isMarker ? [tag('LastModified', isoDate(version.modifiedMs))] : versionFields(version)), ownerOf(gateway),
    ])),
    commonPrefixes(found.prefixes, encode),
  ]) };
};
