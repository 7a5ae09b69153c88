import { keccak_256 } from '@noble/hashes/sha3.js';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { range } from '../codec/random.ts';

/** keccak256 of 256-bit big-endian numbers: Solidity's keccak256(abi.encode(...)). */
export function hashOfNumbers(...numbers: number[]): Uint8Array {
  const words = Buffer.alloc(32 * numbers.length);
  numbers.forEach((number, i) => words.writeUInt32BE(number, 32 * i + 28));
  return keccak_256(new Uint8Array(words));
}

/** Leaf `index` of the test fragment of `leaves` leaves: eight words keccak256(abi.encode(leaves, index, word)). */
export function leafData(leaves: number, index: number): Uint8Array {
  return new Uint8Array(Buffer.concat(range(8).map((word) => hashOfNumbers(leaves, index, word))));
}

const fragments = new Map<number, Uint8Array>();

/** The whole test fragment of `leaves` leaves. */
export function fragmentData(leaves: number): Uint8Array {
  const known = fragments.get(leaves);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(Buffer.concat(range(leaves).map((index) => leafData(leaves, index))));
  fragments.set(leaves, bytes);
  return bytes;
}

export function leavesOf(fragment: Uint8Array): Uint8Array[] {
  return range(fragment.length / 256).map((index) => fragment.subarray(index * 256, (index + 1) * 256));
}

export function hashFragment(fragment: Uint8Array) {
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  return hasher.finish();
}

/** A copy with one bit turned over. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}
