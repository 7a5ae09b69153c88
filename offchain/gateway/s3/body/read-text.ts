import { createHash } from 'node:crypto';
import type { Incoming } from '../../objects/object-store.ts';
import { S3Error } from '../errors.ts';

/** A whole short body as text. Throws MaxMessageLengthExceeded before it is read, BadDigest, MalformedXML, and what its stream throws. */
export async function readText(incoming: Incoming & { readonly sizeBytes: number }, maxBytes: number): Promise<string> {
  if (incoming.sizeBytes > maxBytes) throw new S3Error('MaxMessageLengthExceeded', `The request body may have at most ${maxBytes} bytes.`);
  const pieces: Uint8Array[] = [];
  // A piece may be valid only until the next one is asked for.
  for await (const piece of incoming.body) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  if (incoming.md5 !== undefined && createHash('md5').update(bytes).digest('hex') !== incoming.md5) throw new S3Error('BadDigest');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new S3Error('MalformedXML', 'The body is not UTF-8.', { cause });
  }
}
