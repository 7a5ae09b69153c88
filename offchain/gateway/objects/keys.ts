/** Keys of objects as the database has them: hex of their UTF-8 bytes, so that any database orders and cuts them by bytes. */
import { BadKeyError } from './errors.ts';
import { KEY_BYTES_MAX } from './settings.ts';

/** Above every hexadecimal digit: the end of all that begins with what stands before it. */
const ABOVE = 'g';

/** @throws BadKeyError */
export function toRowKey(key: string): string {
  if (!key.isWellFormed()) throw new BadKeyError('is not well-formed Unicode');
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length === 0) throw new BadKeyError('is empty');
  if (bytes.length > KEY_BYTES_MAX) throw new BadKeyError(`is ${bytes.length} bytes long; ${KEY_BYTES_MAX} are allowed`);
  return bytes.toString('hex');
}

export function fromRowKey(rowKey: string): string {
  return Buffer.from(rowKey, 'hex').toString('utf8');
}

/** Of a prefix, a delimiter or a place to go on from, which may be empty or too long to be a key. Lone surrogates match nothing, as no key has any. */
export function hexOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}

/** Exclusive end of all keys that begin with `prefix`. */
export function endOf(prefix: string): string {
  return prefix + ABOVE;
}

/**
 * The common prefix that a key falls under: up to and with the first delimiter behind the prefix; undefined where there is none.
 * All in hex: a match must begin at a whole byte.
 */
export function commonPrefix(rowKey: string, options: { readonly prefix: string; readonly delimiter: string }): string | undefined {
  const { prefix, delimiter } = options;
  if (delimiter === '') return undefined;
  let at = rowKey.indexOf(delimiter, prefix.length);
  while (at >= 0 && at % 2 !== 0) at = rowKey.indexOf(delimiter, at + 1);
  return at < 0 ? undefined : rowKey.slice(0, at + delimiter.length);
}
