import { percentEncode } from '../../../wire/sigv4/percent-encode.ts';
import { S3Error } from '../errors.ts';

/** Throws InvalidURI for a lone percent sign, bytes that are no UTF-8, and zero bytes, which no database and no XML holds. */
export function percentDecode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw new S3Error('InvalidURI', undefined, { cause });
  }
  if (decoded.includes('\0')) throw new S3Error('InvalidURI');
  return decoded;
}

/** What `encoding-type=url` does to keys in lists: slashes stay, as S3 leaves them. */
export function encodeKey(key: string): string {
  return percentEncode(key, '/');
}
