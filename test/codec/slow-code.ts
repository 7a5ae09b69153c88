/**
 * The erasure code straight from the README, element by element: multiplication by shifting and reducing, inverses by
 * search, coefficients by their formula. Slow, and shares nothing with the code under test.
 */
export function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 14; bit >= 8; bit -= 1) if ((product >> bit) & 1) product ^= 0x11d << (bit - 8);
  return product;
}

export function slowInverse(a: number): number {
  for (let b = 1; b < 256; b += 1) if (slowMultiply(a, b) === 1) return b;
  throw new Error('zero has no inverse');
}

const products = Array.from({ length: 256 }, (_, a) => Uint8Array.from({ length: 256 }, (_, b) => slowMultiply(a, b)));
const inverses = Uint8Array.from({ length: 256 }, (_, a) => (a === 0 ? 0 : slowInverse(a)));

export function slowCoefficient(k: number, i: number, j: number): number {
  const cauchy = (row: number, column: number) => inverses[(k + row) ^ column]!;
  const scale = inverses[products[cauchy(i, 0)]![cauchy(0, j)]!]!;
  return products[products[cauchy(i, j)]![cauchy(0, 0)]!]![scale]!;
}

export function slowParity(k: number, m: number, data: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: m }, (_, i) => {
    const row = data.map((_, j) => products[slowCoefficient(k, i, j)]!);
    return data[0]!.map((_, x) => data.reduce((sum, bytes, j) => sum ^ row[j]![bytes[x]!]!, 0));
  });
}
