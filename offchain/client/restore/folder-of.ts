/** A folder for each stored name: two names never share one, and no name leads outside. */
import { createHash } from 'node:crypto';

/** Of a file name on the systems that matter. */
const BYTES_MAX = 200;

/** What some system reads as more than a letter is written as in an address: `a/b` becomes `a%2Fb`. */
export function folderOf(name: string, version?: number): string {
  const safe = name.replace(/[%/\\:*?"<>|@\p{Cc}]/gu, (char) => encodeURIComponent(char).replace('*', '%2A').replace('@', '%40')).replace(/^\./, '%2E').replace(/[. ]$/, (char) => (char === '.' ? '%2E' : '%20'));
  const tail = version === undefined ? '' : `@${version}`;
  if (Buffer.byteLength(safe) + tail.length <= BYTES_MAX) return safe + tail;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${cut(safe, BYTES_MAX - 32)}%${digest}${tail}`;
}

function cut(text: string, bytesMax: number): string {
  let end = text.length;
  while (Buffer.byteLength(text.slice(0, end)) > bytesMax) end--;
  // Half a character, or half an escape, would not be a name.
  return text.slice(0, end).toWellFormed().replace(/\ufffd$/u, '').replace(/%[0-9A-F]?$/, '');
}
