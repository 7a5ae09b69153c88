import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Identity, SignatureChain } from '../../../offchain/gateway/s3/auth/authenticate.ts';
import { signature, signingKey } from '../../../offchain/wire/sigv4/signing.ts';
import { ALGORITHMS, createDigest } from '../../../offchain/gateway/s3/body/checksums.ts';
import type { Algorithm } from '../../../offchain/gateway/s3/body/checksums.ts';
import { decodeChunked } from '../../../offchain/gateway/s3/body/chunked.ts';
import { combineCrcs } from '../../../offchain/gateway/s3/body/combine-crc.ts';
import { openIncoming } from '../../../offchain/gateway/s3/body/incoming.ts';
import { S3Error } from '../../../offchain/gateway/s3/errors.ts';

const SCOPE = '20130524/us-east-1/s3/aws4_request';
const KEY = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { date: '20130524', region: 'us-east-1' });
const CHAIN: SignatureChain = { seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9', signingKey: KEY, time: '20130524T000000Z', scope: SCOPE };
const PAYLOAD = Buffer.alloc(66_560, 'a');

/** In pieces of odd sizes with memory of their own, as sockets bring them. */
async function* pieces(bytes: Buffer, size = 4_099): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of source) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'accepted', (error: unknown) => {
    if (error instanceof S3Error) return error.s3Code;
    throw error;
  });
}

const chunk = (bytes: Uint8Array, sign?: string) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${sign === undefined ? '' : `;chunk-signature=${sign}`}\r\n`), bytes, Buffer.from(bytes.length === 0 ? '' : '\r\n')]);
const SIGNATURES = ['ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'] as const;
const EXAMPLE = Buffer.concat([chunk(PAYLOAD.subarray(0, 65_536), SIGNATURES[0]), chunk(PAYLOAD.subarray(65_536), SIGNATURES[1]), chunk(PAYLOAD.subarray(0, 0), SIGNATURES[2]), Buffer.from('\r\n')]);

function decode(body: Buffer, options: Partial<Parameters<typeof decodeChunked>[1]> = {}, size?: number): Promise<Buffer> {
  return collect(decodeChunked(pieces(body, size), { chain: CHAIN, hasTrailer: false, sizeBytes: PAYLOAD.length, onTrailers: () => undefined, ...options }));
}

describe('chunks with signatures', () => {
  it("Amazon's example, however it is cut", async () => {
    expect(EXAMPLE.length).toBe(66_824);
    for (const size of [1, 13, 4_099, 100_000]) expect((await decode(EXAMPLE, {}, size)).equals(PAYLOAD)).toBe(true);
  });

  it('refuses any change', async () => {
    const changed = (at: number, byte = 1) => {
      const copy = Buffer.from(EXAMPLE);
      copy[at] = copy[at]! ^ byte;
      return decode(copy);
    };
    expect(await codeOf(changed(100))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(changed(40))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(changed(65_900))).toBe('SignatureDoesNotMatch');
    for (let at = 0; at < 88; at++) expect(await codeOf(changed(at, 0x80)), `byte ${at}`).not.toBe('accepted');
    expect(await codeOf(decode(EXAMPLE, { chain: { ...CHAIN, seed: SIGNATURES[0] } }))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(decode(EXAMPLE, { sizeBytes: PAYLOAD.length - 1 }))).toBe('IncompleteBody');
    expect(await codeOf(decode(EXAMPLE, { sizeBytes: PAYLOAD.length + 1 }))).toBe('IncompleteBody');
    for (const cut of [0, 50, 90, 65_000, 65_630, 66_730]) expect(await codeOf(decode(EXAMPLE.subarray(0, cut))), `cut at ${cut}`).not.toBe('accepted');
    expect(await codeOf(decode(Buffer.alloc(10_000, 'f')))).toBe('InvalidRequest');
  });

  it('a signed trailer', async () => {
    const crc = createDigest('CRC32C');
    crc.update(PAYLOAD);
    const line = `x-amz-checksum-crc32c:${crc.digest().toString('base64')}`;
    expect(line).toBe('x-amz-checksum-crc32c:sOO8/Q==');
    const hash = createHash('sha256').update(`${line}\n`).digest('hex');
    const signed = signature(KEY, ['AWS4-HMAC-SHA256-TRAILER', CHAIN.time, SCOPE, SIGNATURES[2], hash].join('\n'));
    const body = (given: string, text = line) => Buffer.concat([EXAMPLE.subarray(0, -2), Buffer.from(`${text}\r\nx-amz-trailer-signature:${given}\r\n\r\n`)]);
    let trailers = new Map<string, string>() as ReadonlyMap<string, string>;
    await decode(body(signed), { hasTrailer: true, onTrailers: (found) => void (trailers = found) });
    expect([...trailers]).toEqual([['x-amz-checksum-crc32c', 'sOO8/Q==']]);
    expect(await codeOf(decode(body(signed, line.replace('sOO8', 'sOO9')), { hasTrailer: true }))).toBe('SignatureDoesNotMatch');
    expect(await codeOf(decode(body(signed)))).toBe('InvalidRequest');
    expect(await codeOf(decode(EXAMPLE, { hasTrailer: true }))).toBe('SignatureDoesNotMatch');
  });
});

describe('checksums', () => {
  it('have the check values that their definitions give', () => {
    const of = (algorithm: Algorithm) => {
      const digest = createDigest(algorithm);
      digest.update(Buffer.from('12345'));
      digest.update(Buffer.from('6789'));
      return digest.digest().toString('hex');
    };
    expect(of('CRC32')).toBe('cbf43926');
    expect(of('CRC32C')).toBe('e3069283');
    expect(of('CRC64NVME')).toBe('ae8b14860a799888');
    expect(of('SHA1')).toBe('f7c3bc1d808e04732adf679965ccc34ca7ae3441');
  });

  it('of parts give that of the whole', () => {
    const bytes = Buffer.from([...Array(100_003).keys()].map((at) => (at * 7919) >>> 3));
    const cuts = [0, 1, 10, 10, 65_537, bytes.length];
    const parts = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
      const crcOf = (part: Uint8Array) => {
        const digest = createDigest(algorithm);
        digest.update(part);
        return digest.digest();
      };
      expect(combineCrcs(algorithm, parts.map((part) => ({ crc: crcOf(part), sizeBytes: part.length })))).toEqual(crcOf(bytes));
    }
    expect(combineCrcs('SHA1', [])).toBeUndefined();
  });
});

describe('a body on its way to the store', () => {
  const bytes = Buffer.from('hold fast, creator');
  const base64 = (algorithm: Algorithm, of: Uint8Array = bytes) => {
    const digest = createDigest(algorithm);
    digest.update(of);
    return digest.digest().toString('base64');
  };
  const open = (headers: Record<string, string>, body: Buffer, payloadHash = 'UNSIGNED-PAYLOAD', maxBytes = 1_000) =>
    openIncoming({ stream: pieces(body, 5), header: (name) => headers[name], identity: { payloadHash, chain: CHAIN } as Identity, signal: new AbortController().signal }, { maxBytes });
  const read = async (...args: Parameters<typeof open>) => {
    const incoming = open(...args);
    return { bytes: await collect(incoming.body), checksum: incoming.checksum?.() };
  };
  const length = { 'content-length': String(bytes.length) };

  it.each(ALGORITHMS)('with %s in a header, and in an unsigned trailer', async (algorithm) => {
    const name = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const checksum = { algorithm, value: base64(algorithm), type: 'FULL_OBJECT' };
    expect(await read({ ...length, [name]: base64(algorithm) }, bytes)).toEqual({ bytes, checksum });
    expect(await codeOf(read({ ...length, [name]: base64(algorithm, Buffer.from('x')) }, bytes))).toBe('BadDigest');
    const trailer = (value: string) => Buffer.concat([chunk(bytes.subarray(0, 7)), chunk(bytes.subarray(7)), chunk(Buffer.alloc(0)), Buffer.from(`${name}:${value}\r\n\r\n`)]);
    const headers = { 'x-amz-decoded-content-length': String(bytes.length), 'x-amz-trailer': name };
    expect(await read(headers, trailer(base64(algorithm)), 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')).toEqual({ bytes, checksum });
    expect(await codeOf(read(headers, trailer(base64(algorithm, Buffer.from('x'))), 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'))).toBe('BadDigest');
    expect(await codeOf(read(headers, Buffer.concat([chunk(bytes), chunk(Buffer.alloc(0)), Buffer.from('\r\n')]), 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'))).toBe('BadDigest');
  });

  it('with its hash signed', async () => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    expect((await read(length, bytes, hash)).bytes).toEqual(bytes);
    expect((await read({ ...length, 'x-amz-checksum-sha256': base64('SHA256') }, bytes, hash)).checksum?.value).toBe(base64('SHA256'));
    expect(await codeOf(read(length, Buffer.from(bytes.toString().toUpperCase()), hash))).toBe('XAmzContentSHA256Mismatch');
  });

  it('of a wrong length, or none', async () => {
    expect(await codeOf(read({ 'content-length': '17' }, bytes))).toBe('IncompleteBody');
    expect(await codeOf(read({ 'content-length': '19' }, bytes))).toBe('IncompleteBody');
    expect(() => open({ 'transfer-encoding': 'chunked' }, bytes)).toThrow(expect.objectContaining({ s3Code: 'MissingContentLength' }));
    expect(() => open({ 'content-length': '1001' }, bytes)).toThrow(expect.objectContaining({ s3Code: 'EntityTooLarge' }));
    expect(() => open({ 'content-length': '-1' }, bytes)).toThrow(expect.objectContaining({ s3Code: 'InvalidRequest' }));
    expect(() => open({ ...length, 'content-md5': 'abc' }, bytes)).toThrow(expect.objectContaining({ s3Code: 'InvalidDigest' }));
    expect(() => open({ ...length, 'x-amz-checksum-crc32': 'abc' }, bytes)).toThrow(expect.objectContaining({ s3Code: 'InvalidDigest' }));
    expect(() => open({ ...length, 'x-amz-checksum-crc32': base64('CRC32'), 'x-amz-checksum-sha1': base64('SHA1') }, bytes)).toThrow(expect.objectContaining({ s3Code: 'InvalidRequest' }));
    expect(open({ ...length, 'content-md5': createHash('md5').update(bytes).digest('base64') }, bytes).md5).toBe(createHash('md5').update(bytes).digest('hex'));
  });

  it('agrees with node:zlib where both can', () => {
    expect(Buffer.from(base64('CRC32'), 'base64').readUInt32BE()).toBe(crc32(bytes));
  });
});
