/** A seeded generator (mulberry32), so that a failing case comes back. */
export interface Random {
  /** A whole number in [0, limit). */
  below(limit: number): number;
  bytes(sizeBytes: number): Uint8Array<ArrayBuffer>;
  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[];
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  return {
    below,
    bytes: (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => next() & 255),
    shuffled: (items) => items.map((item) => ({ item, key: next() })).sort((a, b) => a.key - b.key).map(({ item }) => item),
  };
}

export const range = (end: number): number[] => Array.from({ length: end }, (_, i) => i);
export const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`;
export const fromHex = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
