/**
 * keccak-256 of two messages at a time, one per 64-bit half of a v128 lane: leaves (0x00 || 256 bytes) and
 * nodes (0x01 || left || right), with Ethereum's padding (0x01 .. 0x80).
 */
import { permute, STATE } from './permute';

/** The closing bit of the padding, in the last lane of a 136-byte block. */
const LAST_PAD: u64 = 0x8000000000000000;

/** The 8 bytes at `left` and `right` as one lane of both states. */
// @ts-ignore: decorator
@inline
function pair(left: usize, right: usize, offset: usize): v128 {
  return v128.load_lane<u64>(right + offset, v128.load_splat<u64>(left + offset), 1);
}

// @ts-ignore: decorator
@inline
function setLane(lane: usize, value: v128): void {
  v128.store(STATE + lane * 16, value);
}

/** The first lane: the one-byte prefix, then the first 7 bytes. All later lanes begin one byte early. */
// @ts-ignore: decorator
@inline
function firstLane(left: usize, right: usize, prefix: u64): v128 {
  return v128.or(i64x2.shl(pair(left, right, 0), 8), i64x2.splat(prefix));
}

// @ts-ignore: decorator
@inline
function storeDigests(output: usize): void {
  for (let lane: usize = 0; lane < 4; lane += 1) {
    store<u64>(output + lane * 8, load<u64>(STATE + lane * 16));
    store<u64>(output + lane * 8, load<u64>(STATE + lane * 16, 8), 32);
  }
}

function hashTwoLeaves(left: usize, right: usize, output: usize): void {
  setLane(0, firstLane(left, right, 0));
  for (let lane: usize = 1; lane < 17; lane += 1) setLane(lane, pair(left, right, lane * 8 - 1));
  for (let lane: usize = 17; lane < 25; lane += 1) setLane(lane, i64x2.splat(0));
  permute();
  left += 135;
  right += 135;
  for (let lane: usize = 0; lane < 15; lane += 1) setLane(lane, v128.xor(v128.load(STATE + lane * 16), pair(left, right, lane * 8)));
  const tail = i64x2(<u64>load<u8>(left, 120) | 0x100, <u64>load<u8>(right, 120) | 0x100);
  setLane(15, v128.xor(v128.load(STATE + 240), tail));
  setLane(16, v128.xor(v128.load(STATE + 256), i64x2.splat(LAST_PAD)));
  permute();
  storeDigests(output);
}

function hashTwoNodes(left: usize, right: usize, output: usize): void {
  setLane(0, firstLane(left, right, 1));
  for (let lane: usize = 1; lane < 8; lane += 1) setLane(lane, pair(left, right, lane * 8 - 1));
  setLane(8, i64x2(<u64>load<u8>(left, 63) | 0x100, <u64>load<u8>(right, 63) | 0x100));
  for (let lane: usize = 9; lane < 25; lane += 1) setLane(lane, i64x2.splat(0));
  setLane(16, i64x2.splat(LAST_PAD));
  permute();
  storeDigests(output);
}

/** Hashes `count` leaves of 256 bytes into `count` digests. An odd last leaf fills both states; 32 bytes of slack follow. */
export function hashLeaves(input: usize, count: i32, output: usize): void {
  for (; count > 1; count -= 2) {
    hashTwoLeaves(input, input + 256, output);
    input += 512;
    output += 64;
  }
  if (count == 1) hashTwoLeaves(input, input, output);
}

/**
 * Hashes a level of `count` nodes into the next; an odd last node moves up unchanged. Returns the next level's size.
 * `output` may be `input`: every pair is read before its place is written. 32 bytes of slack follow.
 */
export function hashLevel(input: usize, count: i32, output: usize): i32 {
  const pairs = count >> 1;
  let left = pairs;
  for (; left > 1; left -= 2) {
    hashTwoNodes(input, input + 64, output);
    input += 128;
    output += 64;
  }
  if (left == 1) {
    hashTwoNodes(input, input, output);
    input += 64;
    output += 32;
  }
  if (count & 1) memory.copy(output, input, 32);
  return pairs + (count & 1);
}
