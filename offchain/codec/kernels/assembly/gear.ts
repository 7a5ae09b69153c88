/** The rolling hash of FastCDC: h = (h << 1) + gear[byte] modulo 2^32. */

/** 256 words, written by the loader. */
export const gearTable: usize = memory.data(1024, 64);

/** The hash behind the last byte that `findCut` looked at. */
export let gearHash: u32 = 0;

// @ts-ignore: decorator
@inline
function gear(byte: u32): u32 {
  return load<u32>(gearTable + (<usize>byte << 2));
}

// @ts-ignore: decorator
@inline
function lower(a: u32, b: u32): u32 {
  return select<u32>(a, b, a < b);
}

/**
 * How many of the `length` bytes end with the first one behind which the hash is less than `limit`; -1 when none does. Four bytes for
 * each look: two steps at once shorten the chain of additions, and a single comparison says that none of the four is a cut.
 */
export function findCut(input: usize, length: i32, hash: u32, limit: u32): i32 {
  let p = input;
  const end = input + <usize>length;
  for (const fours = input + <usize>(length & ~3); p < fours; p += 4) {
    const g0 = gear(load<u8>(p)), g1 = gear(load<u8>(p, 1)), g2 = gear(load<u8>(p, 2)), g3 = gear(load<u8>(p, 3));
    const a = (hash << 1) + g0, b = (hash << 2) + ((g0 << 1) + g1);
    const c = (b << 1) + g2, d = (b << 2) + ((g2 << 1) + g3);
    if (lower(lower(a, b), lower(c, d)) < limit) break;
    hash = d;
  }
  for (; p < end; p += 1) {
    hash = (hash << 1) + gear(load<u8>(p));
    if (hash < limit) {
      gearHash = hash;
      return <i32>(p - input) + 1;
    }
  }
  gearHash = hash;
  return -1;
}
