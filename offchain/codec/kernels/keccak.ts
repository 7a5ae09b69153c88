import { copyInto } from '../bytes.ts';
import { loadKernels } from './instance.ts';

const LEAF_BYTES = 256;
const NODE_BYTES = 32;
/** Bytes that one call of the kernel reads; with the hashes they stay in a core's second-level cache. */
const PASS_BYTES = 1024 * 1024;
/** 64 leaves: a subtree is what lies under one node of level 6. */
const SUBTREE_BYTES = 64 * LEAF_BYTES;
const SUBTREE_LEVELS = 6;

/** The leaf hashes (32 bytes each, packed) of whole 256-byte leaves. */
export function hashLeaves(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { run, memory, scratch } = loadKernels();
  const hashes = new Uint8Array((data.length / LEAF_BYTES) * NODE_BYTES);
  const output = scratch + PASS_BYTES;
  for (let offset = 0, written = 0; offset < data.length; offset += PASS_BYTES) {
    const part = data.subarray(offset, offset + PASS_BYTES);
    memory.set(part, scratch);
    run.hashLeaves(scratch, part.length / LEAF_BYTES, output);
    const size = (part.length / LEAF_BYTES) * NODE_BYTES;
    hashes.set(memory.subarray(output, output + size), written);
    written += size;
  }
  return hashes;
}

/** The level above packed nodes: pairs are hashed, an odd last node moves up unchanged. */
export function hashLevel(nodes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { run, memory, scratch } = loadKernels();
  const parents = new Uint8Array(Math.ceil(nodes.length / (2 * NODE_BYTES)) * NODE_BYTES);
  for (let offset = 0; offset < nodes.length; offset += PASS_BYTES) {
    const part = nodes.subarray(offset, offset + PASS_BYTES);
    memory.set(part, scratch);
    const count = run.hashLevel(scratch, part.length / NODE_BYTES, scratch);
    parents.set(memory.subarray(scratch, scratch + count * NODE_BYTES), offset / 2);
  }
  return parents;
}

/**
 * The roots of 16 KiB subtrees, packed, part after part: each part has its own tree, whose last subtree may be smaller.
 * Parts are whole leaves. Full subtrees of all parts are hashed as one run, for hashes come three at a time.
 */
export function hashSubtrees(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const roots = new Uint8Array(parts.reduce((count, part) => count + Math.ceil(part.length / SUBTREE_BYTES), 0) * NODE_BYTES);
  const { memory, scratch } = loadKernels();
  let filled = 0;
  let written = 0;
  const flush = () => {
    roots.set(topLevel(filled, SUBTREE_LEVELS), written);
    written += (filled / SUBTREE_BYTES) * NODE_BYTES;
    filled = 0;
  };
  for (const part of parts) {
    const whole = part.length - (part.length % SUBTREE_BYTES);
    for (let at = 0; at < whole; ) {
      const end = Math.min(whole, at + PASS_BYTES - filled);
      copyInto(memory, part.subarray(at, end), scratch + filled);
      filled += end - at;
      at = end;
      if (filled === PASS_BYTES) flush();
    }
    if (whole === part.length) continue;
    flush();
    memory.set(part.subarray(whole), scratch);
    roots.set(topLevel(part.length - whole, Infinity), written);
    written += NODE_BYTES;
  }
  flush();
  return roots;
}

/** The nodes `levels` above the leaves that lie at the scratch memory's beginning: a view, valid until the next call. */
function topLevel(sizeBytes: number, levels: number): Uint8Array {
  const { run, memory, scratch } = loadKernels();
  const nodes = scratch + PASS_BYTES;
  let count = sizeBytes / LEAF_BYTES;
  run.hashLeaves(scratch, count, nodes);
  for (let level = 0; level < levels && count > 1; level += 1) count = run.hashLevel(nodes, count, nodes);
  return memory.subarray(nodes, nodes + count * NODE_BYTES);
}
