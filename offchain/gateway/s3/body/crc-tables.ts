/** Reflected CRCs, eight bytes at a time (slicing by eight); crc32 itself is in node:zlib. */

const SLICES = 8;

/** CRC-32C (Castagnoli), reflected. */
const POLY_32C = 0x82f63b78;
/** CRC-64/NVME, reflected: high and low half. */
const POLY_64 = { high: 0x9a6c9329, low: 0xac4bc9b5 } as const;

/** table[slice * 256 + byte]. */
export function table32c(): Uint32Array {
  const table = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLY_32C : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256]!;
    table[at] = (before >>> 8) ^ table[before & 255]!;
  }
  return table;
}

export function table64(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const [high, low] = [new Uint32Array(SLICES * 256), new Uint32Array(SLICES * 256)];
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte];
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (isOdd) [h, l] = [h ^ POLY_64.high, l ^ POLY_64.low];
    }
    [high[byte], low[byte]] = [h >>> 0, l >>> 0];
  }
  for (let at = 256; at < high.length; at++) {
    const [h, l] = [high[at - 256]!, low[at - 256]!];
    high[at] = (h >>> 8) ^ high[l & 255]!;
    low[at] = ((l >>> 8) | (h << 24)) ^ low[l & 255]!;
  }
  return { high, low };
}
