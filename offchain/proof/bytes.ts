import { ProofInputError } from './errors.ts';
import { NODE_SIZE } from './hash.ts';

/** Equality of public values: stops at the first difference. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function areNodes(nodes: readonly Uint8Array[]): boolean {
  return nodes.every((node) => node.length === NODE_SIZE);
}

/** Node number `index` of packed nodes, as a view. */
export function nodeAt(packed: Uint8Array, index: number): Uint8Array {
  return packed.subarray(index * NODE_SIZE, (index + 1) * NODE_SIZE);
}

/** One array of all parts in order. */
export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A path or range proof as it travels: its nodes back to back. */
export function encodeNodes(nodes: readonly Uint8Array[]): Uint8Array {
  if (!areNodes(nodes)) throw new ProofInputError(`A node has ${NODE_SIZE} bytes.`);
  return join(nodes);
}

/** @throws ProofInputError unless `bytes` are exactly `count` nodes. */
export function decodeNodes(bytes: Uint8Array, count: number): Uint8Array[] {
  if (bytes.length !== count * NODE_SIZE) {
    throw new ProofInputError(`${count} nodes take ${count * NODE_SIZE} bytes, not ${bytes.length}.`, { sizeBytes: bytes.length });
  }
  return Array.from({ length: count }, (_, index) => nodeAt(bytes, index));
}
