/** Erasure coding 10+6 and rebuilding six lost slots, beside what npm has in WebAssembly. */
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encodeParity, reconstruct } from '../../../offchain/codec/rs.ts';
import { contest } from '../contest.ts';
import { type BenchOptions, type BenchRow, row } from '../row.ts';

const [k, m] = [10, 6];
/** Six data slots are gone: the most work there is. */
const LOST = [0, 1, 2, 3, 4, 5];

export async function reedSolomonRows({ isQuick }: BenchOptions): Promise<BenchRow[]> {
  const sliceBytes = 1 << 20;
  const slots = Array.from({ length: k + m }, () => new Uint8Array(sliceBytes));
  slots.slice(0, k).forEach((bytes) => randomFillSync(bytes));
  encodeParity({ k, m, data: slots.slice(0, k), parity: slots.slice(k) });
  const [subspace, erasure] = [await openSubspace(), await openErasure()];
  const whole = new Uint8Array(sliceBytes * (k + m));
  slots.forEach((bytes, slot) => whole.set(bytes, slot * sliceBytes));
  const copy = new Uint8Array(k * sliceBytes);
  const options = { sizeBytes: k * sliceBytes, rounds: isQuick ? 2 : 12 };

  const encode = await contest({
    holdfast: { run: () => encodeParity({ k, m, data: slots.slice(0, k), parity: slots.slice(k) }) },
    '@subspace/reed-solomon-erasure.wasm': { run: () => subspace.encode(whole) },
    'wasm-reed-solomon-erasure': { run: () => erasure.encode(slots.slice(0, k)) },
    memcpy: { run: () => copy.set(whole.subarray(0, copy.length)) },
  }, options);
  const present = new Map(slots.flatMap((bytes, slot) => (LOST.includes(slot) ? [] : [[slot, bytes] as const])));
  const into = new Map(LOST.map((slot) => [slot, new Uint8Array(sliceBytes)]));
  const rebuild = await contest({
    holdfast: { run: () => void reconstruct({ k, m, present, wanted: LOST, into }) },
    '@subspace/reed-solomon-erasure.wasm': { run: () => subspace.rebuild(whole) },
    'wasm-reed-solomon-erasure': { run: () => erasure.rebuild(slots) },
    memcpy: { run: () => copy.set(whole.subarray(0, copy.length)) },
  }, options);
  if (LOST.some((slot) => Buffer.compare(into.get(slot)!, slots[slot]!) !== 0)) throw new Error('the rebuilt slots are wrong');
  return [['rs-encode', encode], ['rs-rebuild', rebuild]].map(([name, speeds]) => {
    const { holdfast, ...others } = speeds as typeof encode;
    return row(name as string, 1, holdfast, others);
  });
}

interface Peer {
  encode(bytes: Uint8Array): void;
  rebuild(bytes: Uint8Array): void;
}

const require = createRequire(import.meta.url);

async function openSubspace(): Promise<Peer> {
  const { ReedSolomonErasure } = require('@subspace/reed-solomon-erasure.wasm') as typeof import('@subspace/reed-solomon-erasure.wasm');
  const wasm = require.resolve('@subspace/reed-solomon-erasure.wasm').replace(/[^/]+$/, 'reed_solomon_erasure_bg.wasm');
  const coder = ReedSolomonErasure.fromBytes(readFileSync(wasm));
  const available = Array.from({ length: k + m }, (_, slot) => !LOST.includes(slot));
  return {
    encode: (whole) => void coder.encode(whole, k, m),
    rebuild: (whole) => void coder.reconstruct(whole, k, m, [...available]),
  };
}

async function openErasure(): Promise<{ encode(data: Uint8Array[]): void; rebuild(all: Uint8Array[]): void }> {
  const coder = await import('wasm-reed-solomon-erasure');
  return {
    encode: (data) => void coder.encode(data, m),
    rebuild: (all) => void coder.reconstruct(all, m, Uint32Array.from(LOST)),
  };
}
