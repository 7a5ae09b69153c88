import type { ObjectHeaders, ObjectVersion } from '../../objects/object-store.ts';
import type { HeaderValues } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { Query } from './query.ts';

const MAX_USER_BYTES = 2_048;
const USER = 'x-amz-meta-';
/** RFC 9110's names of headers. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What S3 keeps of an object's headers, and their names in requests and answers. */
const FIELDS = { contentType: 'content-type', contentEncoding: 'content-encoding', contentDisposition: 'content-disposition', contentLanguage: 'content-language', cacheControl: 'cache-control', expires: 'expires', redirect: 'x-amz-website-redirect-location' } as const;

const STORAGE_CLASSES = new Set(['STANDARD', 'REDUCED_REDUNDANCY', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE', 'EXPRESS_ONEZONE', 'OUTPOSTS', 'SNOW']);

/** Throws MetadataTooLarge, InvalidArgument. */
export function readObjectHeaders(headers: ReadonlyMap<string, readonly string[]>): ObjectHeaders {
  const found: Record<string, string> = {};
  for (const [field, name] of Object.entries(FIELDS)) {
    const value = headers.get(name)?.join(',');
    if (value !== undefined && value !== '') found[field] = checkedValue(value, name);
  }
  const encoding = found['contentEncoding']?.split(',').map((one) => one.trim()).filter((one) => one !== '' && one !== 'aws-chunked').join(',');
  delete found['contentEncoding'];
  if (encoding !== undefined && encoding !== '') found['contentEncoding'] = encoding;
  const storageClass = headers.get('x-amz-storage-class')?.[0];
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) throw new S3Error('InvalidArgument', `There is no storage class "${storageClass}".`);
  if (storageClass !== undefined && storageClass !== 'STANDARD') found['storageClass'] = storageClass;
  return { ...found, user: readUser(headers) };
}

/** Header values are bytes, one character each; what is UTF-8 is kept as text. */
function readUser(headers: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  const user: Record<string, string> = Object.create(null) as Record<string, string>;
  let size = 0;
  for (const [name, values] of headers) {
    if (!name.startsWith(USER)) continue;
    // Forms may have fields of any name.
    if (!TOKEN.test(name)) throw new S3Error('InvalidArgument', 'The name of a header cannot hold such characters.', { fields: { ArgumentName: name } });
    const bytes = Buffer.from(values.join(','), 'latin1');
    const text = bytes.toString('utf8');
    size += name.length - USER.length + bytes.length;
    user[name.slice(USER.length)] = Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('latin1');
  }
  if (size > MAX_USER_BYTES) throw new S3Error('MetadataTooLarge');
  return { ...user };
}

/** The headers of a GET or HEAD: those that were stored, user metadata (RFC 2047 where it is not ASCII), and the overrides in the query. */
export function writeObjectHeaders({ headers, etag, modifiedMs, versionId, tags, partSizes, sizeBytes }: ObjectVersion, query?: Query): HeaderValues {
  const out: Record<string, string> = { 'content-type': 'binary/octet-stream', etag: `"${etag}"`, 'last-modified': new Date(modifiedMs).toUTCString(), 'accept-ranges': 'bytes' };
  for (const [field, name] of Object.entries(FIELDS)) {
    const value = headers[field as keyof typeof FIELDS];
    if (value !== undefined) out[name] = value;
    const override = name.startsWith('x-amz-') ? undefined : query?.get(`response-${name}`);
    if (override !== undefined) out[name] = safe(override, `response-${name}`);
  }
  for (const [name, value] of Object.entries(headers.user ?? {})) out[USER + name] = encodeWord(value);
  if (headers.storageClass !== undefined) out['x-amz-storage-class'] = headers.storageClass;
  if (versionId !== 'null' || query?.has('versionId') === true) out['x-amz-version-id'] = versionId;
  const count = Object.keys(tags).length;
  if (count > 0) out['x-amz-tagging-count'] = String(count);
  if (partSizes !== undefined && query?.has('partNumber') === true && sizeBytes > 0) out['x-amz-mp-parts-count'] = String(partSizes.length);
  return out;
}

/** RFC 2047, as S3 answers: a header holds ASCII only. */
export function encodeWord(text: string): string {
  return /^[\x20-\x7e\t]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** Bytes of UTF-8, one character each; no control characters, which would end the header. */
function safe(text: string, name: string): string {
  return Buffer.from(checkedValue(text, name), 'utf8').toString('latin1');
}

/** What a form or a query may say and no header can. Throws InvalidArgument. */
function checkedValue(text: string, name: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) throw new S3Error('InvalidArgument', 'A header cannot hold control characters.', { fields: { ArgumentName: name } });
  return text;
}
