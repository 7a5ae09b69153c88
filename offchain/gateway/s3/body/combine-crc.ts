import type { Algorithm } from './checksums.ts';

/** Reflected polynomials and their widths. */
const FIELDS: Readonly<Partial<Record<Algorithm, { readonly polynomial: bigint; readonly bits: number }>>> = {
  CRC32: { polynomial: 0xedb88320n, bits: 32 },
  CRC32C: { polynomial: 0x82f63b78n, bits: 32 },
  CRC64NVME: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64 },
};

/**
 * The CRC of a whole from those of its parts, which is how S3 checks FULL_OBJECT checksums of multipart uploads without reading anything again:
 * crc(a || b) = crc(a) * x^(8 |b|) + crc(b), in the field of the polynomial. Undefined for hashes, which cannot be joined.
 */
export function combineCrcs(algorithm: Algorithm, parts: readonly { readonly crc: Buffer; readonly sizeBytes: number }[]): Buffer | undefined {
  const field = FIELDS[algorithm];
  if (field === undefined) return undefined;
  const powers = powersOf(field);
  let whole = 0n;
  for (const { crc, sizeBytes } of parts) whole = shift(whole, sizeBytes, field, powers) ^ BigInt(`0x${crc.toString('hex')}`);
  return Buffer.from(whole.toString(16).padStart(field.bits / 4, '0'), 'hex');
}

type Field = { readonly polynomial: bigint; readonly bits: number };

/** The product of two elements; the highest bit is x^0, as CRCs are reflected. */
function multiply(a: bigint, b: bigint, { polynomial, bits }: Field): bigint {
  let [product, rest] = [0n, b];
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= rest;
    rest = rest & 1n ? (rest >> 1n) ^ polynomial : rest >> 1n;
  }
  return product;
}

/** x^(8 * 2^i), i from 0 to 47: sizes up to 2^48 bytes. */
function powersOf(field: Field): bigint[] {
  let power = 1n << BigInt(field.bits - 9);
  return Array.from({ length: 48 }, () => {
    const now = power;
    power = multiply(power, power, field);
    return now;
  });
}

function shift(crc: bigint, sizeBytes: number, field: Field, powers: readonly bigint[]): bigint {
  let shifted = crc;
  for (let [i, rest] = [0, sizeBytes]; rest > 0; i++, rest = Math.floor(rest / 2)) if (rest % 2 === 1) shifted = multiply(shifted, powers[i]!, field);
  return shifted;
}
