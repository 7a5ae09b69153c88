/** One field's value as its column holds it. */
import type { EntityData, EntityModel, FieldModel, FieldValue, Scalar, ScalarKind } from '../schema/model.ts';
import { decimalOf, integerOf, sortableDecimal, sortableInteger } from './sortable.ts';

/** Lists are JSON text; Boolean is 0 or 1; Int8 and Timestamp travel as text, for JSON has no large numbers. */
export type Cell = string | number | null;

/** The SQL type, in both databases. */
export function columnType({ kind, isList }: FieldModel): 'TEXT' | 'BIGINT' {
  return !isList && (kind === 'Int' || kind === 'Int8' || kind === 'Timestamp' || kind === 'Boolean') ? 'BIGINT' : 'TEXT';
}

export function cellOf(field: FieldModel, value: FieldValue | undefined): Cell {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? JSON.stringify(value.map((one: Scalar) => scalarCell(field.kind, one))) : scalarCell(field.kind, value as Scalar);
}

export function scalarCell(kind: ScalarKind, value: Scalar): string | number {
  switch (kind) {
    case 'BigInt': return sortableInteger(value as bigint);
    case 'BigDecimal': return sortableDecimal(value as string);
    case 'Int8':
    case 'Timestamp': return String(value);
    case 'Boolean': return value === true ? 1 : 0;
    default: return value as string | number;
  }
}

/** `cell`: as the database's driver gives it. */
export function valueOf(field: FieldModel, cell: unknown): FieldValue {
  if (cell === null || cell === undefined) return null;
  if (field.isList) return (JSON.parse(String(cell)) as unknown[]).map((one) => scalarOf(field.kind, one));
  return scalarOf(field.kind, cell);
}

function scalarOf(kind: ScalarKind, cell: unknown): Scalar {
  switch (kind) {
    case 'BigInt': return integerOf(String(cell));
    case 'BigDecimal': return decimalOf(String(cell));
    case 'Int8':
    case 'Timestamp': return BigInt(cell as string | number | bigint);
    case 'Int': return Number(cell);
    case 'Boolean': return Number(cell) === 1;
    default: return String(cell);
  }
}

/** Cells in the order of the model's fields. */
export function rowOf(model: EntityModel, data: EntityData): Cell[] {
  return model.fields.map((field) => cellOf(field, data[field.name]));
}

/** `row`: by column name, as a query gives it. Nulls are left out. */
export function entityData(model: EntityModel, row: Readonly<Record<string, unknown>>): EntityData {
  const data: Record<string, FieldValue> = {};
  for (const field of model.fields) {
    const value = valueOf(field, row[field.name]);
    if (value !== null) data[field.name] = value;
  }
  return data;
}
