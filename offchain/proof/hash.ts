import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProofInputError } from './errors.ts';

export const LEAF_SIZE = 256;
export const NODE_SIZE = 32;

/** keccak256(0x00 || the 256 bytes of a leaf). */
export function leafHash(leaf: Uint8Array): Uint8Array {
  if (leaf.length !== LEAF_SIZE) throw new ProofInputError(`A leaf has ${LEAF_SIZE} bytes, not ${leaf.length}.`);
  return keccak_256.create().update(Uint8Array.of(0)).update(leaf).digest();
}

/** keccak256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== NODE_SIZE || right.length !== NODE_SIZE) throw new ProofInputError(`A node has ${NODE_SIZE} bytes.`);
  return keccak_256.create().update(Uint8Array.of(1)).update(left).update(right).digest();
}
