/** GF(2^8) with polynomial 0x11d, for single elements: matrices are built and inverted with these. */
const POLYNOMIAL = 0x11d;

/** Powers of the generator 2, twice over, so that a sum of two logarithms needs no reduction. */
const exponentials = new Uint8Array(510);
const logarithms = new Uint8Array(256);

for (let power = 0, element = 1; power < 255; power += 1) {
  exponentials[power] = element;
  exponentials[power + 255] = element;
  logarithms[element] = power;
  element = element & 0x80 ? (element << 1) ^ POLYNOMIAL : element << 1;
}

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exponentials[logarithms[a]! + logarithms[b]!]!;
}

/** The inverse of a non-zero element. Zero has none: callers pass sums of distinct elements or pivots that they checked. */
export function inverse(a: number): number {
  return exponentials[255 - logarithms[a]!]!;
}

/**
 * Inverts a square matrix given as rows, by Gauss-Jordan elimination on a copy.
 * Returns null when the matrix is singular.
 */
export function invertMatrix(matrix: readonly Uint8Array[]): Uint8Array[] | null {
  const size = matrix.length;
  const left = matrix.map((row) => Uint8Array.from(row));
  const right = matrix.map((_, i) => Uint8Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  for (let column = 0; column < size; column += 1) {
    const pivot = left.findIndex((row, i) => i >= column && row[column] !== 0);
    if (pivot < 0) return null;
    swap(left, column, pivot);
    swap(right, column, pivot);
    const factor = inverse(left[column]![column]!);
    addMultiple(left[column]!, left[column]!, factor ^ 1);
    addMultiple(right[column]!, right[column]!, factor ^ 1);
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const multiple = left[row]![column]!;
      addMultiple(left[row]!, left[column]!, multiple);
      addMultiple(right[row]!, right[column]!, multiple);
    }
  }
  return right;
}

/** target += factor * source, element by element. With source = target this scales by factor + 1. */
export function addMultiple(target: Uint8Array, source: Uint8Array, factor: number): void {
  if (factor === 0) return;
  for (let i = 0; i < target.length; i += 1) target[i]! ^= multiply(factor, source[i]!);
}

function swap(rows: Uint8Array[], a: number, b: number): void {
  [rows[a], rows[b]] = [rows[b]!, rows[a]!];
}
