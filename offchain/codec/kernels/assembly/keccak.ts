/**
 * keccak-256 of three messages at a time: leaves (0x00 || 256 bytes) and nodes (0x01 || left || right), with Ethereum's padding
 * (0x01 .. 0x80). The first two messages lie in the halves of vectors, the third in integers; `permute.ts` is generated.
 */
import { permute3, STATE } from './permute';

/** The closing bit of the padding, in the last lane of a 136-byte block. */
const LAST_PAD: u64 = 0x8000000000000000;
/** The integer state lies behind the vectors. */
const THIRD: usize = 400;

/** The 8 bytes at `a` and `b` as one lane of the first two states. */
// @ts-ignore: decorator
@inline
function pair(a: usize, b: usize, offset: usize): v128 {
  return v128.load_lane<u64>(b + offset, v128.load_splat<u64>(a + offset), 1);
}

// @ts-ignore: decorator
@inline
function setLane(lane: usize, two: v128, third: u64): void {
  v128.store(STATE + lane * 16, two);
  store<u64>(STATE + lane * 8, third, THIRD);
}

/** The lanes 0 to `count` - 1: one byte of prefix, then the message, so that every lane but the first begins one byte early. */
// @ts-ignore: decorator
@inline
function setPrefixed(a: usize, b: usize, c: usize, count: usize, prefix: u64): void {
  setLane(0, v128.or(i64x2.shl(pair(a, b, 0), 8), i64x2.splat(prefix)), load<u64>(c) << 8 | prefix);
  for (let lane: usize = 1; lane < count; lane += 1) setLane(lane, pair(a, b, lane * 8 - 1), load<u64>(c + lane * 8 - 1));
}

// @ts-ignore: decorator
@inline
function setZero(from: usize): void {
  for (let lane = from; lane < 25; lane += 1) setLane(lane, i64x2.splat(0), 0);
}

// @ts-ignore: decorator
@inline
function storeDigests(output: usize): void {
  for (let lane: usize = 0; lane < 4; lane += 1) {
    store<u64>(output + lane * 8, load<u64>(STATE + lane * 16));
    store<u64>(output + lane * 8, load<u64>(STATE + lane * 16, 8), 32);
    store<u64>(output + lane * 8, load<u64>(STATE + lane * 8, THIRD), 64);
  }
}

// @ts-ignore: decorator
@inline
function addLane(lane: usize, two: v128, third: u64): void {
  setLane(lane, v128.xor(v128.load(STATE + lane * 16), two), load<u64>(STATE + lane * 8, THIRD) ^ third);
}

/** The last byte of a message and the first one of the padding. */
// @ts-ignore: decorator
@inline
function tail(message: usize): u64 {
  return <u64>load<u8>(message) | 0x100;
}

function hashThreeLeaves(a: usize, b: usize, c: usize, output: usize): void {
  setPrefixed(a, b, c, 17, 0);
  setZero(17);
  permute3();
  a += 135; b += 135; c += 135;
  for (let lane: usize = 0; lane < 15; lane += 1) addLane(lane, pair(a, b, lane * 8), load<u64>(c + lane * 8));
  a += 120; b += 120; c += 120;
  addLane(15, i64x2(tail(a), tail(b)), tail(c));
  addLane(16, i64x2.splat(LAST_PAD), LAST_PAD);
  permute3();
  storeDigests(output);
}

function hashThreeNodes(a: usize, b: usize, c: usize, output: usize): void {
  setPrefixed(a, b, c, 8, 1);
  setZero(9);
  setLane(8, i64x2(tail(a + 63), tail(b + 63)), tail(c + 63));
  setLane(16, i64x2.splat(LAST_PAD), LAST_PAD);
  permute3();
  storeDigests(output);
}

/** Hashes `count` leaves of 256 bytes into `count` digests. 64 bytes of slack follow them: one or two last leaves fill all three states. */
export function hashLeaves(input: usize, count: i32, output: usize): void {
  for (; count > 0; count -= 3) {
    const second = count > 1 ? input + 256 : input;
    hashThreeLeaves(input, second, count > 2 ? input + 512 : second, output);
    input += 768;
    output += 96;
  }
}

/**
 * Hashes a level of `count` nodes into the next; an odd last node moves up unchanged. Returns the next level's size.
 * `output` may be `input`: what is still to be read lies at least 64 bytes behind what is written, slack included.
 */
export function hashLevel(input: usize, count: i32, output: usize): i32 {
  const pairs = count >> 1;
  const odd = input + <usize>pairs * 64;
  // Kept aside: with few nodes the slack of the last digests covers it.
  const last0 = v128.load(odd), last1 = v128.load(odd, 16);
  for (let left = pairs; left > 0; left -= 3) {
    const second = left > 1 ? input + 64 : input;
    hashThreeNodes(input, second, left > 2 ? input + 128 : second, output);
    input += 192;
    output += 96;
  }
  if (count & 1) {
    const end = output - <usize>((pairs + 2) / 3 * 3 - pairs) * 32;
    v128.store(end, last0);
    v128.store(end, last1, 16);
  }
  return pairs + (count & 1);
}
