/** Letters as one line of text, for files, mails and messengers. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { LETTER_BYTES, type Letter } from '../../wire/letter.ts';

export function encodeText(prefix: string, letter: Letter): string {
  return prefix + gzipSync(JSON.stringify(letter)).toString('base64url');
}

/** Line breaks that a mail put in do no harm. Undefined when it is nothing of the kind. */
export function decodeText(prefix: string, text: string): unknown {
  const line = text.replace(/\s+/g, '');
  if (!line.startsWith(prefix)) return undefined;
  try {
    return JSON.parse(gunzipSync(Buffer.from(line.slice(prefix.length), 'base64url'), { maxOutputLength: LETTER_BYTES }).toString());
  } catch {
    return undefined;
  }
}
