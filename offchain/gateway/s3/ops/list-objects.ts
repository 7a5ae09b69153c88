import type { ObjectPage, ObjectVersion } from '../../objects/object-store.ts';
import { bucketOf } from '../call.ts';
import type { Call, Gateway, Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import { isoDate } from '../request/times.ts';
import { document, tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';
import { ownerOf } from './owner.ts';
import { commonPrefixes, readPage, textOf } from './page.ts';
import type { PageRequest } from './page.ts';

export const listObjects: Operation = async (gateway, call) => {
  const page = readPage(call, 'max-keys');
  const marker = textOf(call, 'marker');
  const found = await pageOf(gateway, call, page, marker);
  const { encode } = page;
  return { xml: document('ListBucketResult', [
    tag('Name', bucketOf(call)), tag('Prefix', encode(page.prefix)), tag('Marker', encode(marker ?? '')),
    // S3 names the next marker only where clients cannot see it: behind common prefixes.
    found.next === undefined || page.delimiter === undefined ? undefined : tag('NextMarker', encode(found.next)),
    tag('MaxKeys', page.limit), tag('Delimiter', page.delimiter && encode(page.delimiter)), tag('EncodingType', page.encoding),
    tag('IsTruncated', found.next !== undefined), ...contents(found, page, gateway), commonPrefixes(found.prefixes, encode),
  ]) };
};

export const listObjectsV2: Operation = async (gateway, call) => {
  const page = readPage(call, 'max-keys');
  const [token, startAfter] = [textOf(call, 'continuation-token'), textOf(call, 'start-after')];
  const found = await pageOf(gateway, call, page, token === undefined ? startAfter : readToken(token));
  const { encode } = page;
  return { xml: document('ListBucketResult', [
    tag('Name', bucketOf(call)), tag('Prefix', encode(page.prefix)), tag('KeyCount', found.objects.length + found.prefixes.length), tag('MaxKeys', page.limit),
    tag('Delimiter', page.delimiter && encode(page.delimiter)), tag('EncodingType', page.encoding), tag('IsTruncated', found.next !== undefined),
    tag('ContinuationToken', token), tag('NextContinuationToken', found.next && Buffer.from(found.next).toString('base64url')), tag('StartAfter', startAfter && encode(startAfter)),
    ...contents(found, page, call.target.query.get('fetch-owner') === 'true' ? gateway : undefined), commonPrefixes(found.prefixes, encode),
  ]) };
};

async function pageOf({ objects }: Gateway, call: Call, { prefix, delimiter, limit }: PageRequest, after: string | undefined): Promise<ObjectPage> {
  const page = await objects.listObjects({ bucket: bucketOf(call), prefix, delimiter, after, limit });
  // Nothing was asked for: nothing follows.
  return limit === 0 ? { objects: [], prefixes: [] } : page;
}

function contents({ objects }: ObjectPage, { encode }: PageRequest, gateway: Gateway | undefined): (Xml | undefined)[] {
  return objects.map((version) => tag('Contents', [tag('Key', encode(version.key)), ...versionFields(version), gateway && ownerOf(gateway)]));
}

export function versionFields({ modifiedMs, etag, sizeBytes, headers, checksum }: ObjectVersion): (Xml | undefined)[] {
  return [tag('LastModified', isoDate(modifiedMs)), tag('ETag', `"${etag}"`), tag('ChecksumAlgorithm', checksum?.algorithm), tag('ChecksumType', checksum?.type), tag('Size', sizeBytes), tag('StorageClass', headers.storageClass ?? 'STANDARD')];
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (Buffer.from(text).toString('base64url') !== token) throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', { fields: { ArgumentName: 'continuation-token' } });
  return text;
}
