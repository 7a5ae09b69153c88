/** The dialect once more, in the plainest way: whole tables in memory, one entity after the other. What the database answers is held against it. */
import type { EntityModel, FieldModel, SchemaModel, ScalarKind } from '../../offchain/indexer/schema/model.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Entities by type; references are ids. */
export type Tables = ReadonlyMap<string, readonly Row[]>;
export type Where = { readonly [key: string]: unknown };

export interface ListQuery {
  readonly where: Where;
  readonly orderBy: string;
  readonly orderDirection: 'asc' | 'desc';
  readonly first: number;
  readonly skip: number;
}

export class Naive {
  readonly #model: SchemaModel;
  readonly #tables: Tables;

  constructor(model: SchemaModel, tables: Tables) {
    this.#model = model;
    this.#tables = tables;
  }

  /** Ids, in order. */
  list(type: string, { where, orderBy, orderDirection, first, skip }: ListQuery): string[] {
    const entity = this.#entity(type);
    const sign = orderDirection === 'asc' ? 1 : -1;
    const found = this.#rows(type).filter((row) => this.#fits(entity, row, where));
    const sorted = found.toSorted((a, b) => sign * (this.#order(entity, orderBy, a, b) || compare('String', a['id'], b['id'])));
    return sorted.slice(skip, skip + first).map(({ id }) => String(id));
  }

  #fits(entity: EntityModel, row: Row, where: Where): boolean {
    return Object.entries(where).every(([key, operand]) => this.#holds(entity, row, key, operand));
  }

  #holds(entity: EntityModel, row: Row, key: string, operand: unknown): boolean {
    if (key === 'and') return (operand as Where[]).every((one) => this.#fits(entity, row, one));
    if (key === 'or') return (operand as Where[]).some((one) => this.#fits(entity, row, one));
    if (key.endsWith('_')) return this.#others(entity, row, key.slice(0, -1)).some(([other, one]) => this.#fits(other, one, operand as Where));
    const field = entity.fields.filter(({ name }) => key === name || key.startsWith(`${name}_`)).toSorted((a, b) => b.name.length - a.name.length)[0] as FieldModel;
    return holds(field, key.slice(field.name.length + 1), row[field.name] ?? null, operand);
  }

  /** The entities that a field leads to. */
  #others(entity: EntityModel, row: Row, name: string): [EntityModel, Row][] {
    const derived = entity.derived.find((one) => one.name === name);
    const type = derived?.type ?? (entity.byName.get(name)?.reference as string);
    const isOther = (one: Row): boolean => (derived === undefined ? one['id'] === row[name] : one[derived.field] === row['id']);
    return this.#rows(type).filter(isOther).map((one) => [this.#entity(type), one]);
  }

  #order(entity: EntityModel, orderBy: string, a: Row, b: Row): number {
    const [name, nested] = orderBy.split('__') as [string, string | undefined];
    const field = entity.byName.get(name);
    if (nested === undefined) return compareNulls((field as FieldModel).kind, a[name], b[name]);
    const other = this.#entity(field?.reference ?? (entity.derived.find((one) => one.name === name)?.type as string));
    // Where several are derived, the first by its id.
    const of = (row: Row): unknown => this.#others(entity, row, name).toSorted(([, x], [, y]) => compare('String', x['id'], y['id']))[0]?.[1][nested];
    return compareNulls((other.byName.get(nested) as FieldModel).kind, of(a), of(b));
  }

  #entity(type: string): EntityModel {
    return this.#model.entities.get(type) as EntityModel;
  }

  #rows(type: string): readonly Row[] {
    return this.#tables.get(type) ?? [];
  }
}

function holds({ kind, isList }: FieldModel, operator: string, value: unknown, operand: unknown): boolean {
  if (operand === null) return (value === null) === (operator === '');
  if (value === null) return false;
  if (isList) return listHolds(operator, value as readonly string[], operand as readonly string[]);
  const order = (): number => compare(kind, value, operand);
  switch (operator) {
    case '': return order() === 0;
    case 'not': return order() !== 0;
    case 'gt': return order() > 0;
    case 'lt': return order() < 0;
    case 'gte': return order() >= 0;
    case 'lte': return order() <= 0;
    case 'in': return (operand as unknown[]).some((one) => compare(kind, value, one) === 0);
    case 'not_in': return (operand as unknown[]).length > 0 && (operand as unknown[]).every((one) => compare(kind, value, one) !== 0);
    default: return textHolds(kind, operator, String(value), String(operand));
  }
}

function textHolds(kind: ScalarKind, operator: string, value: string, operand: string): boolean {
  if (operator.startsWith('not_')) return !textHolds(kind, operator.slice(4), value, operand);
  if (operator.endsWith('_nocase')) return textHolds(kind, operator.slice(0, -7), value.toLowerCase(), operand.toLowerCase());
  if (kind === 'Bytes') {
    const [bytes, part] = [value, operand].map((one) => Buffer.from(one.replace(/^0x/i, ''), 'hex')) as [Buffer, Buffer];
    return operator === 'contains' ? bytes.includes(part) : (operator === 'starts_with' ? bytes.subarray(0, part.length) : bytes.subarray(Math.max(0, bytes.length - part.length))).equals(part);
  }
  return operator === 'contains' ? value.includes(operand) : operator === 'starts_with' ? value.startsWith(operand) : value.endsWith(operand);
}

function listHolds(operator: string, value: readonly string[], operand: readonly string[]): boolean {
  if (operator === '' || operator === 'not') return (JSON.stringify(value) === JSON.stringify(operand)) === (operator === '');
  const [have, wanted] = operator.endsWith('_nocase') ? [value, operand].map((list) => list.map((one) => one.toLowerCase())) as [string[], string[]] : [value, operand];
  return operator.startsWith('not_') ? wanted.every((one) => !have.includes(one)) : wanted.every((one) => have.includes(one));
}

/** Null is more than anything. */
function compareNulls(kind: ScalarKind, a: unknown, b: unknown): number {
  if (a === null || a === undefined || b === null || b === undefined) return Number(a === null || a === undefined) - Number(b === null || b === undefined);
  return compare(kind, a, b);
}

function compare(kind: ScalarKind, a: unknown, b: unknown): number {
  if (kind === 'BigInt' || kind === 'Int8' || kind === 'Timestamp' || kind === 'Int') return sign(BigInt(String(a)) - BigInt(String(b)));
  if (kind === 'BigDecimal') return sign(scaled(String(a)) - scaled(String(b)));
  const [left, right] = [a, b].map((one) => Buffer.from(kind === 'Bytes' ? String(one).toLowerCase() : String(one))) as [Buffer, Buffer];
  return Buffer.compare(left, right);
}

const PLACES = 50;

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(PLACES, '0')}`);
}

function sign(value: bigint): number {
  return value > 0n ? 1 : value < 0n ? -1 : 0;
}
