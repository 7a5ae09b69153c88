/** The exports of kernels.wasm. Nothing here allocates: the caller lays out the memory from `scratchStart` on. */
export { findCut, gearHash, gearTable } from './gear';
export { multiply, xorColumns } from './galois';
export { hashLeaves, hashLevel } from './keccak';

/** First byte after the constants: the caller's memory begins here. */
export const scratchStart: usize = (__heap_base + 63) & ~63;
