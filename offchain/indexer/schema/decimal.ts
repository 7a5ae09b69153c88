/** Decimal numbers as The Graph has them: at most 34 significant digits, without zeros at their end. */

export interface Decimal {
  readonly digits: bigint;
  /** value = digits x 10^exp */
  readonly exp: number;
}

const DIGITS_MAX = 34;
/** A quotient is computed to so many digits before it is rounded. */
const QUOTIENT_DIGITS = 100;
const EXPONENT_MAX = 6_144;

export function normalized(digits: bigint, exp: number): Decimal {
  const isNegative = digits < 0n;
  let text = (isNegative ? -digits : digits).toString();
  let e = exp;
  if (text.length > DIGITS_MAX) {
    const cut = text.length - DIGITS_MAX;
    const roundsUp = (text[DIGITS_MAX] as string) >= '5';
    text = (BigInt(text.slice(0, DIGITS_MAX)) + (roundsUp ? 1n : 0n)).toString();
    e += cut;
  }
  const bare = text.replace(/0+$/, '');
  if (bare === '') return { digits: 0n, exp: 0 };
  e += text.length - bare.length;
  if (Math.abs(e) > EXPONENT_MAX) throw new RangeError('a decimal number out of range');
  return { digits: isNegative ? -BigInt(bare) : BigInt(bare), exp: e };
}

/** @throws RangeError, SyntaxError */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text.trim());
  if (match === null || (match[2] ?? '') + (match[3] ?? '') === '') throw new SyntaxError(`${JSON.stringify(text.slice(0, 40))} is no decimal number`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  return normalized(sign === '-' ? -digits : digits, Number(exponent) - fraction.length);
}

/** Without an exponent: `-0.05`, `1200`. */
export function formatDecimal({ digits, exp }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString();
  if (exp >= 0) return `${sign}${text}${digits === 0n ? '' : '0'.repeat(exp)}`;
  const padded = text.padStart(1 - exp, '0');
  return `${sign}${padded.slice(0, exp)}.${padded.slice(exp)}`;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exp = Math.min(a.exp, b.exp);
  return normalized(a.digits * 10n ** BigInt(a.exp - exp) + b.digits * 10n ** BigInt(b.exp - exp), exp);
}

export function negated({ digits, exp }: Decimal): Decimal {
  return { digits: -digits, exp };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return normalized(a.digits * b.digits, a.exp + b.exp);
}

/** @throws RangeError for a divisor of zero */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new RangeError('a division by zero');
  const more = QUOTIENT_DIGITS + b.digits.toString().length;
  return normalized((a.digits * 10n ** BigInt(more)) / b.digits, a.exp - b.exp - more);
}
