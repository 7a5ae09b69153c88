import type { Identity } from '../auth/authenticate.ts';
import { freeMemory } from '../../../codec/free-memory.ts';
import { S3Error } from '../errors.ts';
import type { Checksum, Incoming } from '../../objects/object-store.ts';
import { ALGORITHMS, algorithmOf, createDigest, DIGEST_BYTES, headerOf, parseDigest } from './checksums.ts';
import type { Algorithm } from './checksums.ts';
import { decodeChunked } from './chunked.ts';

/** Checksums that S3 has as well: who gives one counts on its being looked at. */
const FOREIGN = ['md5', 'sha512', 'xxhash3', 'xxhash64', 'xxhash128'].map((name) => `x-amz-checksum-${name}`);

export interface BodySource {
  /** The body as it arrives. */
  readonly stream: AsyncIterable<Uint8Array>;
  header(name: string): string | undefined;
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a PUT as the store takes them: decoded, and checked against length, signed hash and checksums. What does not fit throws at the body's end, when
 * the store has kept nothing yet.
 * Throws MissingContentLength, InvalidDigest, InvalidRequest before anything is read.
 */
export function openIncoming(source: BodySource, options: { readonly maxBytes: number; /** To compute when the client names none. */ readonly algorithm?: Algorithm | undefined }): Incoming & { readonly sizeBytes: number } {
  const payload = source.identity.payloadHash;
  const isChunked = payload.startsWith('STREAMING-');
  const sizeBytes = sizeOf(source, isChunked);
  if (sizeBytes > options.maxBytes) throw new S3Error('EntityTooLarge', undefined, { fields: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(options.maxBytes) } });
  const promised = promisedChecksum(source, isChunked);
  const algorithm = promised?.algorithm ?? options.algorithm;
  let checksum: Checksum | undefined;
  const signedHash = /^[0-9a-f]{64}$/.test(payload) ? payload : undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    const digest = algorithm === undefined ? undefined : createDigest(algorithm);
    // One hash serves both where the checksum is a SHA-256 as well.
    const hash = signedHash === undefined ? undefined : algorithm === 'SHA256' ? digest : createDigest('SHA256');
    let trailers: ReadonlyMap<string, string> = new Map();
    let count = 0;
    const bytes = isChunked ? decodeChunked(source.stream, { chain: payload.includes('HMAC') ? source.identity.chain : undefined, hasTrailer: payload.endsWith('-TRAILER'), sizeBytes, onTrailers: (found) => void (trailers = found) }) : source.stream;
    for await (const piece of bytes) {
      count += piece.length;
      if (count > sizeBytes) break;
      digest?.update(piece);
      if (hash !== digest) hash?.update(piece);
      yield piece;
      // What is decoded from chunks shares its memory with what follows; its reader gives that back.
      if (!isChunked) freeMemory(piece);
    }
    if (count !== sizeBytes) throw new S3Error('IncompleteBody');
    const found = digest?.digest();
    const sha = hash === digest ? found : hash?.digest();
    if (signedHash !== undefined && sha?.toString('hex') !== signedHash) throw new S3Error('XAmzContentSHA256Mismatch', undefined, { fields: { ClientComputedContentSHA256: signedHash } });
    if (algorithm === undefined || found === undefined) return;
    const value = found.toString('base64');
    const given = promised === undefined ? value : (promised.value ?? trailers.get(headerOf(algorithm)));
    if (given !== value) throw new S3Error('BadDigest', `The ${algorithm} that was given does not fit the bytes that arrived.`);
    checksum = { algorithm, value, type: 'FULL_OBJECT' };
  }
  return { body: body(), sizeBytes, md5: md5Of(source), checksum: () => checksum, signal: source.signal };
}

function sizeOf(source: BodySource, isChunked: boolean): number {
  const text = source.header(isChunked ? 'x-amz-decoded-content-length' : 'content-length');
  // A PUT with neither length nor transfer encoding has no body.
  if (text === undefined && !isChunked && source.header('transfer-encoding') === undefined) return 0;
  if (text === undefined) throw new S3Error('MissingContentLength');
  if (!/^\d{1,15}$/.test(text)) throw new S3Error('InvalidRequest', 'The length is no number.');
  return Number(text);
}

/** Hexadecimal. */
function md5Of(source: BodySource): string | undefined {
  const text = source.header('content-md5');
  if (text === undefined) return undefined;
  const bytes = parseDigest(text, 16);
  if (bytes === undefined) throw new S3Error('InvalidDigest');
  return bytes.toString('hex');
}

/** What the request says its bytes sum up to: in a header now, or in the trailer later. */
function promisedChecksum(source: BodySource, isChunked: boolean): { algorithm: Algorithm; value: string | undefined } | undefined {
  const foreign = FOREIGN.find((name) => source.header(name) !== undefined);
  if (foreign !== undefined) throw new S3Error('NotImplemented', `${foreign} is not supported: give one of ${ALGORITHMS.join(', ')}.`);
  const named = ALGORITHMS.filter((algorithm) => source.header(headerOf(algorithm)) !== undefined);
  const trailer = source.header('x-amz-trailer');
  const trailing = isChunked && trailer !== undefined ? trailer.split(',').map((name) => algorithmOf(name.trim())) : [];
  if (named.length + trailing.length > 1) throw new S3Error('InvalidRequest', 'Only one checksum may be given.');
  if (trailing.length === 1) {
    if (trailing[0] === undefined) throw new S3Error('InvalidRequest', 'x-amz-trailer names no checksum that is known.');
    return { algorithm: trailing[0], value: undefined };
  }
  const [algorithm] = named;
  if (algorithm === undefined) return undefined;
  const value = source.header(headerOf(algorithm)) ?? '';
  if (parseDigest(value, DIGEST_BYTES[algorithm]) === undefined) throw new S3Error('InvalidDigest', `${headerOf(algorithm)} is not the base64 text of ${DIGEST_BYTES[algorithm]} bytes.`);
  return { algorithm, value };
}
