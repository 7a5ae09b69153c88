// Usage: node test/codec/vectors.ts    Rewrites test/vectors/rs.json and seal.json. The formats are frozen: do it only with a new version.
import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { range, toHex } from './random.ts';
import { slowCoefficient, slowParity } from './slow-code.ts';

const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

/** The bytes of rs.json's data column `slot`: SHA-256 of "holdfast rs <slot> <block>", block after block. */
export function rsData(slot: number, sizeBytes: number): Uint8Array {
  const blocks = range(Math.ceil(sizeBytes / 32)).map((block) => sha256(`holdfast rs ${slot} ${block}`));
  return new Uint8Array(Buffer.concat(blocks)).subarray(0, sizeBytes);
}

/** Made by the slow code, never by the code under test. */
export function rsVectors() {
  const schemes = [[1, 2], [2, 2], [4, 3], [10, 6], [29, 51], [32, 32]] as const;
  return {
    about: 'Reed-Solomon parity. Byte x of data column j is byte x mod 32 of SHA-256("holdfast rs " + j + " " + floor(x / 32)); all columns have 48 bytes.',
    sizeBytes: 48,
    cases: schemes.map(([k, m]) => ({
      k,
      m,
      firstMatrixRows: range(Math.min(m, 3)).map((i) => toHex(Uint8Array.from(range(k), (j) => slowCoefficient(k, i, j)))),
      parity: slowParity(k, m, range(k).map((slot) => rsData(slot, 48))).map(toHex),
    })),
  };
}

/** Made by one cipher call over the whole fragment from its first byte, then cut. */
export function sealVectors() {
  const cases = [
    { slot: 0, offset: 0, sizeBytes: 64 },
    { slot: 1, offset: 0, sizeBytes: 64 },
    { slot: 15, offset: 4096, sizeBytes: 33 },
    { slot: 63, offset: 1_048_571, sizeBytes: 21 },
  ];
  return {
    about: 'Sealing zero bytes, which gives the keystream at the offset. sealKey = SHA-256("holdfast seal key"), batchId = SHA-256("holdfast batch").',
    sealKey: toHex(sha256('holdfast seal key')),
    batchId: toHex(sha256('holdfast batch')),
    cases: cases.map(({ slot, offset, sizeBytes }) => {
      const info = Buffer.concat([Buffer.from('holdfast/1/seal'), Buffer.of(slot)]);
      const key = new Uint8Array(hkdfSync('sha256', sha256('holdfast seal key'), sha256('holdfast batch'), info, 32));
      const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(offset + sizeBytes));
      return { slot, offset, sizeBytes, key: toHex(key), sealed: toHex(stream.subarray(offset)) };
    }),
  };
}

if (process.argv[1] === import.meta.filename) {
  const write = (name: string, vectors: unknown) =>
    writeFileSync(join(import.meta.dirname, '../vectors', name), `${JSON.stringify(vectors, null, 2)}\n`);
  write('rs.json', rsVectors());
  write('seal.json', sealVectors());
}
