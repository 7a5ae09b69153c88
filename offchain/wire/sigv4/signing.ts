import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { hmac as macOf } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** What a signature is valid for: `date/region/s3/aws4_request`. */
export interface Scope {
  /** YYYYMMDD. */
  readonly date: string;
  readonly region: string;
}

export function scopeText({ date, region }: Scope): string {
  return `${date}/${region}/s3/aws4_request`;
}

/** Keys of a day, region and secret: four HMACs that every request would need again. */
const MAX_CACHED = 256;
const cache = new Map<string, Buffer>();

export function signingKey(secretKey: string, { date, region }: Scope): Buffer {
  const id = `${date}/${region}/${secretKey}`;
  const known = cache.get(id);
  if (known !== undefined) return known;
  let key: Buffer = Buffer.from(`AWS4${secretKey}`);
  for (const part of [date, region, 's3', 'aws4_request']) key = hmac(key, part);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(id, key);
  return key;
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Hex. */
export function signature(key: Uint8Array, stringToSign: string): string {
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}

/** `signature` for many texts under one key, as chunks have them: taking in the key is most of what a short text costs Node. */
export function signer(key: Uint8Array): (stringToSign: string) => string {
  const keyed = macOf.create(sha256, key);
  return (stringToSign) => Buffer.from(keyed.clone().update(Buffer.from(stringToSign)).digest()).toString('hex');
}

/** In a time that does not depend on where they differ. */
export function isSame(ours: string, theirs: string): boolean {
  const [a, b] = [Buffer.from(ours), Buffer.from(theirs)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Of bytes given as a latin1 string: headers are bytes, and Node shows each as one character. */
export function sha256Latin1(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
