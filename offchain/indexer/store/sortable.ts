/**
 * Whole and decimal numbers of any size as text that sorts, byte by byte, as the numbers do: the one form that both databases compare alike.
 * Zero and above begin with `p`, negatives with `n` and digits subtracted from nine; the length stands before the digits.
 */
import { formatDecimal, parseDecimal } from '../schema/decimal.ts';

const LENGTH_DIGITS = 4;
const LENGTH_MAX = 10 ** LENGTH_DIGITS - 1;
const EXPONENT_DIGITS = 5;
const EXPONENT_BIAS = 50_000;
/** Behind the digits of a negative decimal: of two with one beginning, the shorter one is the larger number. */
const END = '~';

export function sortableInteger(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString();
  if (digits.length > LENGTH_MAX) throw new RangeError('a whole number of more than 9,999 digits');
  const length = value < 0n ? LENGTH_MAX - digits.length : digits.length;
  return `${value < 0n ? 'n' : 'p'}${String(length).padStart(LENGTH_DIGITS, '0')}${value < 0n ? complement(digits) : digits}`;
}

export function integerOf(text: string): bigint {
  const digits = text.slice(1 + LENGTH_DIGITS);
  return text[0] === 'n' ? -BigInt(complement(digits)) : BigInt(digits);
}

/** `value` in decimal notation. */
export function sortableDecimal(value: string): string {
  const { digits, exp } = parseDecimal(value);
  if (digits === 0n) return 'o';
  const text = (digits < 0n ? -digits : digits).toString();
  const magnitude = text.length + exp + EXPONENT_BIAS;
  if (digits > 0n) return `p${String(magnitude).padStart(EXPONENT_DIGITS, '0')}${text}`;
  return `n${String(2 * EXPONENT_BIAS - 1 - magnitude).padStart(EXPONENT_DIGITS, '0')}${complement(text)}${END}`;
}

export function decimalOf(text: string): string {
  if (text === 'o') return '0';
  const isNegative = text[0] === 'n';
  const shown = Number(text.slice(1, 1 + EXPONENT_DIGITS));
  const magnitude = (isNegative ? 2 * EXPONENT_BIAS - 1 - shown : shown) - EXPONENT_BIAS;
  const digits = isNegative ? complement(text.slice(1 + EXPONENT_DIGITS, -1)) : text.slice(1 + EXPONENT_DIGITS);
  return formatDecimal({ digits: BigInt(isNegative ? `-${digits}` : digits), exp: magnitude - digits.length });
}

function complement(digits: string): string {
  let result = '';
  for (const digit of digits) result += String(9 - Number(digit));
  return result;
}
