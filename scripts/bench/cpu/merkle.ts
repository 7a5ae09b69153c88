/** The Merkle tree over 256-byte leaves, beside what npm has and flat hashes of the same bytes. */
import { createHash, hash, randomFillSync } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { createKeccak } from 'hash-wasm';
import { MerkleTree } from 'merkletreejs';
import { FragmentHasher } from '../../../offchain/proof/fragment-hasher.ts';
import { leafHash, nodeHash } from '../../../offchain/proof/hash.ts';
import { contest } from '../contest.ts';
import { type BenchOptions, type BenchRow, row } from '../row.ts';

const LEAF = 256;

export async function merkleRows({ isQuick }: BenchOptions): Promise<BenchRow[]> {
  const sizeBytes = isQuick ? 1 << 20 : 16 << 20;
  const data = randomFillSync(new Uint8Array(sizeBytes));
  const copy = new Uint8Array(sizeBytes);
  const wasmKeccak = await createKeccak(256);
  const treeOf = (hashed: (bytes: Buffer) => Buffer) => ({ run: () => void merkleTree(data, hashed) });
  const speeds = await contest({
    holdfast: { run: () => void rootOf(data) },
    'sha3-256 flat (OpenSSL)': { run: () => void hash('sha3-256', data) },
    'sha-256 flat (OpenSSL)': { run: () => void hash('sha256', data) },
    memcpy: { run: () => copy.set(data) },
    'merkletreejs, sha-256 (crypto.hash)': treeOf((bytes) => hash('sha256', bytes, 'buffer')),
    'merkletreejs, sha-256 (createHash)': treeOf((bytes) => createHash('sha256').update(bytes).digest()),
    'merkletreejs, keccak (hash-wasm)': treeOf((bytes) => Buffer.from(wasmKeccak.init().update(bytes).digest('binary'))),
    'merkletreejs, keccak (@noble/hashes)': treeOf((bytes) => Buffer.from(keccak_256(bytes))),
    '@noble/hashes keccak tree': { run: () => void nobleRoot(data) },
  }, { sizeBytes, rounds: isQuick ? 1 : 4 });
  if (Buffer.compare(rootOf(data), nobleRoot(data)) !== 0) throw new Error('the roots differ');
  const { holdfast, ...others } = speeds;
  const [fastest, fastestSpeed] = Object.entries(others).filter(([name]) => name.startsWith('merkletreejs')).sort(([, a], [, b]) => b - a)[0]!;
  return [row('merkle-256', 1, holdfast, { ...others, 'merkletreejs, fastest hash': fastestSpeed }, { 'fastest hash of merkletreejs': fastest })];
}

function rootOf(data: Uint8Array): Uint8Array {
  const hasher = new FragmentHasher();
  hasher.update(data);
  return hasher.finish().root;
}

function leavesOf(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: data.length / LEAF }, (_, i) => data.subarray(i * LEAF, (i + 1) * LEAF));
}

function merkleTree(data: Uint8Array, hashed: (bytes: Buffer) => Buffer): Buffer {
  return new MerkleTree(leavesOf(data).map((leaf) => hashed(Buffer.from(leaf.buffer, leaf.byteOffset, leaf.length))), hashed).getRoot();
}

function nobleRoot(data: Uint8Array): Uint8Array {
  let level = leavesOf(data).map(leafHash);
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => (2 * i + 1 < level.length ? nodeHash(level[2 * i]!, level[2 * i + 1]!) : level[2 * i]!));
  }
  return level[0]!;
}
