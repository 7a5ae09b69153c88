/** What the generated `permute.ts` (scripts/kernels/permute.ts) is made of. */
export const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

/** Both 64-bit halves, rotated to the left. */
// @ts-ignore: decorator
@inline
export function rotate(lane: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(lane, bits), i64x2.shr_u(lane, 64 - bits));
}

// @ts-ignore: decorator
@inline
export function rotate1(lane: v128): v128 {
  return v128.or(i64x2.add(lane, lane), i64x2.shr_u(lane, 63));
}

// @ts-ignore: decorator
@inline
export function rotate8(lane: v128): v128 {
  return i8x16.shuffle(lane, lane, 7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14);
}

// @ts-ignore: decorator
@inline
export function rotate56(lane: v128): v128 {
  return i8x16.shuffle(lane, lane, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8);
}
