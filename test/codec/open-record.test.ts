import { beforeAll, describe, expect, test } from 'vitest';
import { CorruptRecordError, WrongKeyError } from '../../offchain/codec/format-errors.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { openRecord, openRecordInto } from '../../offchain/codec/open-record.ts';
import { browserPlatform } from '../../offchain/codec/platform-browser.ts';
import { RECORD_OVERHEAD_BYTES, chunkIdOf } from '../../offchain/codec/record.ts';
import { makeRecord } from './make-record.ts';
import { master, noise, platform } from './pipeline.ts';

let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});

async function make(plain: Uint8Array, isPublic = false) {
  const recordKeys = isPublic ? null : keys.content;
  const chunkId = await chunkIdOf(platform, recordKeys, plain);
  return { ...(await makeRecord(platform, { keys: recordKeys, chunkId, plain })), keys: recordKeys };
}

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};

/** Cuts `bytes` before each of `at`; an empty part where two are the same. */
function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const edges = [0, ...at, bytes.length];
  return edges.slice(1).map((end, i) => shared(bytes.subarray(edges[i], end)));
}

const repeated = new Uint8Array(Buffer.from('hold fast '.repeat(400)));

describe.each([['Node', platform], ['WebCrypto', browserPlatform(platform)]])('a record in parts, opened on %s', (_, host) => {
  test.each([
    ['private, as it is', noise(1000), false],
    ['private, compressed', repeated, false],
    ['public, as it is', noise(1000), true],
    ['public, compressed', repeated, true],
    ['a single byte', Uint8Array.of(9), false],
    ['no byte at all', new Uint8Array(0), false],
  ])('%s: wherever it is cut', async (_name, plain, isPublic) => {
    const { stored, ...name } = await make(plain, isPublic);
    const edges = [0, 1, 4, 16, 19, 20, 21, stored.length - 17, stored.length - 16, stored.length - 1, stored.length].filter((at) => at >= 0 && at <= stored.length).sort((a, b) => a - b);
    const cuts = [[], edges, ...edges.map((at) => [at])];
    for (const at of cuts) {
      const target = shared(new Uint8Array(plain.length).fill(1));
      await openRecordInto(host, { ...name, parts: cut(stored, at), target });
      expect(Buffer.compare(Buffer.from(target), Buffer.from(plain))).toBe(0);
    }
  });

  test('any flipped bit in any part is refused', async () => {
    const { stored, ...name } = await make(noise(200));
    for (let i = 0; i < stored.length; i += 3) {
      const damaged = stored.slice();
      damaged[i]! ^= 1 << (i % 8);
      const opened = openRecordInto(host, { ...name, parts: cut(damaged, [10, 100]), target: new Uint8Array(200) });
      await expect(opened).rejects.toThrow(CorruptRecordError);
    }
  });

  test('another key is told apart from damage; too little, too much and absurd sizes are damage', async () => {
    const { stored, ...name } = await make(noise(200));
    const other = await deriveKeys(platform, master(2));
    const open = (change: object, parts = [stored], target = new Uint8Array(200)) => openRecordInto(host, { ...name, ...change, parts, target });
    await expect(open({ keys: other.content })).rejects.toThrow(WrongKeyError);
    await expect(open({}, [])).rejects.toThrow(CorruptRecordError);
    await expect(open({}, [stored.subarray(0, RECORD_OVERHEAD_BYTES - 1)])).rejects.toThrow(CorruptRecordError);
    await expect(open({}, [stored, Uint8Array.of(1)])).rejects.toThrow(CorruptRecordError);
    for (const size of [-1, 0.5, NaN, 2 ** 40]) await expect(openRecord(host, { ...name, size, stored })).rejects.toThrow(CorruptRecordError);
  });
});
