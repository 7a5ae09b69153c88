/** Letters as one line of text, for files, mails and messengers. */
import { fromBase64, toBase64Url } from '../../codec/base64.ts';
import { utf8 } from '../../codec/bytes.ts';
import type { Platform } from '../../codec/types.ts';
import { LETTER_BYTES, type Letter } from '../../wire/letter.ts';

const GZIP_LEVEL = 6;

export async function encodeText(platform: Platform, prefix: string, letter: Letter): Promise<string> {
  return prefix + toBase64Url(await platform.gzipCompress(utf8(JSON.stringify(letter)), GZIP_LEVEL));
}

/** Line breaks that a mail put in do no harm. Undefined when it is nothing of the kind. */
export async function decodeText(platform: Platform, prefix: string, text: string): Promise<unknown> {
  const line = text.replace(/\s+/g, '');
  const packed = line.startsWith(prefix) ? fromBase64(line.slice(prefix.length)) : undefined;
  if (packed === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(await platform.gzipDecompress(packed, LETTER_BYTES)));
  } catch {
    return undefined;
  }
}
