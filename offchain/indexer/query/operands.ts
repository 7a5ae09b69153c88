/** Operands of filters as their columns have values. */
import type { FieldModel, Scalar, ScalarKind } from '../schema/model.ts';
import { scalarCell } from '../store/columns.ts';
import { QueryError } from './errors.ts';

/** @throws QueryError for text that is no value of the field's kind */
export function cell({ name, kind }: FieldModel, operand: unknown): string | number {
  try {
    return scalarCell(kind, operandOf(kind, operand));
  } catch {
    throw new QueryError(`${JSON.stringify(String(operand).slice(0, 80))} is no ${kind}, as ${name} is.`);
  }
}

function operandOf(kind: ScalarKind, operand: unknown): Scalar {
  const text = String(operand);
  switch (kind) {
    case 'BigInt': return wholeNumber(text);
    case 'Int8':
    case 'Timestamp': {
      const value = wholeNumber(text);
      if (BigInt.asIntN(64, value) !== value) throw new RangeError('too large');
      return value;
    }
    case 'Bytes':
      if (!/^(0x)?([0-9a-fA-F]{2})*$/.test(text)) throw new SyntaxError('not hex');
      return `0x${text.replace(/^0x/, '').toLowerCase()}`;
    case 'BigDecimal': return text;
    case 'Int':
    case 'Boolean': return operand as Scalar;
    default: return plainText(text);
  }
}

/** As much as a number of the chain can have, and some more. */
const DIGITS_MAX = 400;

function wholeNumber(text: string): bigint {
  if (!/^-?\d+$/.test(text) || text.length > DIGITS_MAX) throw new SyntaxError('no whole number');
  return BigInt(text);
}

/** As mappings save it: PostgreSQL has no text with a zero in it, nor with half a surrogate pair. */
export function plainText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
