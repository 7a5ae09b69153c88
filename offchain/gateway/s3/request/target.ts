import { S3Error } from '../errors.ts';
import { percentDecode } from './percent.ts';
import { Query } from './query.ts';

export const MAX_KEY_BYTES = 1024;

/** What a request is about. */
export interface Target {
  /** As sent, for signatures. */
  readonly rawPath: string;
  readonly path: string;
  readonly query: Query;
  /** Absent: the service itself. */
  readonly bucket: string | undefined;
  /** Absent: the bucket itself. Any text: slashes, dots and empty segments mean nothing here. */
  readonly key: string | undefined;
}

/**
 * Path style (`/bucket/key`), or virtual-host style (`bucket.domain/key`) below `domain`. Nothing is normalised: `//`, `/../` and `%2e%2e` are
 * parts of a key like any others, for keys never become paths on a disk.
 * Throws InvalidURI, KeyTooLongError.
 */
export function parseTarget(url: string, host: string | undefined, domain: string | undefined): Target {
  const relative = /^https?:\/\/[^/?]*/i.test(url) ? url.replace(/^https?:\/\/[^/?]*/i, '') || '/' : url;
  const at = relative.indexOf('?');
  const rawPath = at < 0 ? relative : relative.slice(0, at);
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI');
  const query = Query.parse(at < 0 ? '' : relative.slice(at + 1));
  const path = percentDecode(rawPath);
  const virtual = bucketOfHost(host, domain);
  if (virtual !== undefined) return { rawPath, path, query, bucket: virtual, key: keyOf(path.slice(1)) };
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  if (bucket === '' && slash >= 0) throw new S3Error('InvalidBucketName');
  return { rawPath, path, query, bucket: bucket === '' ? undefined : bucket, key: slash < 0 ? undefined : keyOf(path.slice(slash + 1)) };
}

function bucketOfHost(host: string | undefined, domain: string | undefined): string | undefined {
  if (host === undefined || domain === undefined) return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name.endsWith(`.${domain.toLowerCase()}`) ? name.slice(0, -domain.length - 1) : undefined;
}

function keyOf(text: string): string | undefined {
  if (text === '') return undefined;
  checkKey(text);
  return text;
}

/** Throws KeyTooLongError. */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', undefined, { fields: { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) } });
}

export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name) && !/^xn--|-s3alias$/.test(name);
}

/** Throws InvalidBucketName. */
export function checkBucketName(name: string): void {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { fields: { BucketName: name } });
}
