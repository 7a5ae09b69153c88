/** The trees straight from the README's sentences, recursive and slow; shares nothing with the code under test. */
import { keccak_256 } from '@noble/hashes/sha3.js';

const keccak = (...parts: Uint8Array[]) => keccak_256(new Uint8Array(Buffer.concat(parts)));

export const referenceLeaf = (leaf: Uint8Array) => keccak(Uint8Array.of(0), leaf);

export function referenceLevels(nodes: readonly Uint8Array[]): Uint8Array[][] {
  if (nodes.length === 1) return [[...nodes]];
  const above: Uint8Array[] = [];
  for (let i = 0; i < nodes.length; i += 2) {
    const right = nodes[i + 1];
    above.push(right === undefined ? nodes[i]! : keccak(Uint8Array.of(1), nodes[i]!, right));
  }
  return [[...nodes], ...referenceLevels(above)];
}

export const referenceRoot = (nodes: readonly Uint8Array[]) => referenceLevels(nodes).at(-1)![0]!;

export function referencePath(nodes: readonly Uint8Array[], index: number): Uint8Array[] {
  return referenceLevels(nodes).flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
}
