/** aws-chunked bodies: `<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n ... 0[;chunk-signature=..]\r\n[trailers]\r\n`. */
import { createHash } from 'node:crypto';
import type { SignatureChain } from '../auth/authenticate.ts';
import { EMPTY_SHA256, isSame, signature, signer } from '../../../wire/sigv4/signing.ts';
import { S3Error } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';

const MAX_LINE = 1_024;
const MAX_TRAILERS = 16;

export interface ChunkedOptions {
  /** Present: every chunk is signed, from this seed on. */
  readonly chain: SignatureChain | undefined;
  readonly hasTrailer: boolean;
  /** x-amz-decoded-content-length. */
  readonly sizeBytes: number;
  /** Called after the last byte, with what the trailers say. */
  readonly onTrailers: (trailers: ReadonlyMap<string, string>) => void;
}

/** The payload of the body, whose pieces this takes over. A wrong signature or length throws, at the latest at the end: what came until then counts for nothing. */
export async function* decodeChunked(source: AsyncIterable<Uint8Array>, options: ChunkedOptions): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  let { seed } = options.chain ?? { seed: '' };
  const sign = options.chain === undefined ? undefined : signer(options.chain.signingKey);
  let left = options.sizeBytes;
  for (;;) {
    const { size, given } = parseHead(await reader.line(MAX_LINE));
    if (size > left) throw new S3Error('IncompleteBody', 'The chunks hold more bytes than x-amz-decoded-content-length says.');
    left -= size;
    const hash = options.chain === undefined ? undefined : createHash('sha256');
    for (let rest = size; rest > 0; ) {
      const piece = await reader.some(rest);
      if (piece === undefined) throw new S3Error('IncompleteBody');
      rest -= piece.length;
      hash?.update(piece);
      yield piece;
    }
    if (options.chain !== undefined) seed = checkChunk(options.chain, { sign: sign!, before: seed, hash: hash!.digest('hex'), given });
    if (size === 0) break;
    if ((await reader.line(2)) !== '') throw new S3Error('IncompleteBody', 'A chunk does not end where its size says.');
  }
  if (left > 0) throw new S3Error('IncompleteBody', 'The chunks hold fewer bytes than x-amz-decoded-content-length says.');
  options.onTrailers(await readTrailers(reader, options, seed));
}

function parseHead(line: string | undefined): { size: number; given: string } {
  const match = /^([0-9a-fA-F]{1,11})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line ?? '');
  if (line === undefined) throw new S3Error('IncompleteBody');
  if (match === null) throw new S3Error('InvalidRequest', 'The chunked body is malformed.');
  return { size: parseInt(match[1]!, 16), given: match[2] ?? '' };
}

function checkChunk({ time, scope }: SignatureChain, { sign, before, hash, given }: { readonly sign: (text: string) => string; readonly before: string; readonly hash: string; readonly given: string }): string {
  const ours = sign(['AWS4-HMAC-SHA256-PAYLOAD', time, scope, before, EMPTY_SHA256, hash].join('\n'));
  if (!isSame(ours, given)) throw new S3Error('SignatureDoesNotMatch', "A chunk's signature does not fit its bytes.");
  return ours;
}

/** Everything behind the last chunk, to the end of the body. Some signers put a stray line feed in, so empty lines are passed over. */
async function readTrailers(reader: ByteReader, { chain, hasTrailer }: ChunkedOptions, seed: string): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  let [signed, given] = ['', ''];
  for (let line = await reader.line(MAX_LINE); line !== undefined; line = await reader.line(MAX_LINE)) {
    if (line === '') continue;
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!hasTrailer || at < 1 || given !== '' || trailers.size >= MAX_TRAILERS || trailers.has(name)) throw new S3Error('InvalidRequest', 'The trailer of the chunked body is malformed.');
    if (name === 'x-amz-trailer-signature') given = value;
    else {
      trailers.set(name, value);
      signed += `${name}:${value}\n`;
    }
  }
  if (chain !== undefined && hasTrailer) {
    const hash = createHash('sha256').update(signed, 'latin1').digest('hex');
    const ours = signature(chain.signingKey, ['AWS4-HMAC-SHA256-TRAILER', chain.time, chain.scope, seed, hash].join('\n'));
    if (!isSame(ours, given)) throw new S3Error('SignatureDoesNotMatch', "The trailer's signature does not fit.");
  }
  return trailers;
}
