import { loadKernels } from './instance.ts';

const LEAF_BYTES = 256;
const NODE_BYTES = 32;
/** Bytes that one call of the kernel reads. */
const PASS_BYTES = 128 * 1024;

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

/** The root over at most 512 whole leaves, all levels inside the kernel's memory. */
export function hashSubtree(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { run, memory, scratch } = loadKernels();
  const nodes = scratch + PASS_BYTES;
  memory.set(data, scratch);
  let count = data.length / LEAF_BYTES;
  run.hashLeaves(scratch, count, nodes);
  while (count > 1) count = run.hashLevel(nodes, count, nodes);
  return memory.slice(nodes, nodes + NODE_BYTES);
}
