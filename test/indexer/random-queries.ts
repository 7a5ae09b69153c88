/** Queries drawn by chance, from a seed: every operator of every field, nested and joined, with operands that occur and some that do not. */
import { filterName, operatorsOf, takesList } from '../../offchain/indexer/query/operators.ts';
import { orderNames } from '../../offchain/indexer/query/sdl.ts';
import type { EntityModel, FieldModel, SchemaModel } from '../../offchain/indexer/schema/model.ts';
import { seededRandom } from '../codec/random.ts';
import type { ListQuery, Row, Tables, Where } from './naive.ts';

export type Random = () => number;

/** Numbers from 0 to below 1. */
export function randomOf(seed: number): Random {
  const { below } = seededRandom(seed);
  return () => below(2 ** 32) / 2 ** 32;
}

const STRANGE: Readonly<Record<string, readonly unknown[]>> = {
  ID: ['', '%', "'"], String: ['', 'A', '%', '_', '\\', "' OR 1=1 --", 'é', '0'], Bytes: ['0x', '0x00', '0x0000', '0xff'], BigInt: ['0', '-1', '99999999999999999999999999999999'], Int8: ['0', '-9223372036854775808'],
  Timestamp: ['0', '9223372036854775807'], Int: [0, -1, 2147483647], BigDecimal: ['0', '-0.5', '4.3', '0.0000000000000000000000000000001'], Boolean: [true, false], Enum: [],
};

export class RandomQueries {
  readonly #model: SchemaModel;
  readonly #tables: Tables;
  readonly #random: Random;

  constructor(model: SchemaModel, tables: Tables, random: Random) {
    this.#model = model;
    this.#tables = tables;
    this.#random = random;
  }

  next(type: string): ListQuery {
    const entity = this.#entity(type);
    return {
      where: this.#where(entity, 0),
      orderBy: this.#pick(orderNames(entity, this.#model).filter((name) => entity.byName.get(name)?.isList !== true)),
      orderDirection: this.#pick(['asc', 'desc'] as const),
      first: this.#pick([0, 1, 3, 100, 1_000]),
      skip: this.#pick([0, 0, 0, 1, 7]),
    };
  }

  #where(entity: EntityModel, depth: number): Where {
    const kind = this.#random();
    if (depth < 3 && kind < 0.35) return { [kind < 0.17 ? 'and' : 'or']: Array.from({ length: this.#below(4) }, () => this.#where(entity, depth + 1)) };
    if (depth < 3 && kind < 0.55) return this.#nested(entity, depth);
    return Object.fromEntries(Array.from({ length: this.#below(3) }, () => this.#condition(entity)));
  }

  #nested(entity: EntityModel, depth: number): Where {
    const ways = [...entity.derived.map(({ name, type }) => [name, type] as const), ...entity.fields.flatMap(({ name, reference }) => (reference === undefined ? [] : [[name, reference] as const]))];
    const [name, type] = this.#pick(ways);
    return { [`${name}_`]: this.#where(this.#entity(type), depth + 1) };
  }

  #condition(entity: EntityModel): [string, unknown] {
    const field = this.#pick(entity.fields);
    const operator = this.#pick(operatorsOf(field));
    const key = filterName(field.name, operator);
    if ((operator === '' || operator === 'not') && this.#random() < 0.15) return [key, null];
    if (!takesList(operator, field)) return [key, this.#operand(entity, field, operator)];
    return [key, Array.from({ length: this.#below(4) }, () => this.#operand(entity, field, operator))];
  }

  /** Of some entity, whole or a part of it, or strange. */
  #operand(entity: EntityModel, field: FieldModel, operator: string): unknown {
    const known = this.#rows(entity).map((row) => row[field.name]).flat().filter((value) => value !== null && value !== undefined);
    const strange = STRANGE[field.kind] ?? [];
    const value = known.length === 0 || (strange.length > 0 && this.#random() < 0.2) ? this.#pick(strange.length > 0 ? strange : ['x']) : this.#pick(known);
    const isPart = /contains|starts|ends/.test(operator) && !field.isList;
    return isPart && typeof value === 'string' ? this.#part(value, field.kind === 'Bytes', operator) : value;
  }

  #part(text: string, isBytes: boolean, operator: string): string {
    const digits = isBytes ? text.slice(2) : text;
    const unit = isBytes ? 2 : 1;
    const length = unit * this.#below(Math.floor(digits.length / unit) + 1);
    const from = operator.includes('starts') ? 0 : operator.includes('ends') ? digits.length - length : unit * this.#below((digits.length - length) / unit + 1);
    const part = digits.slice(from, from + length);
    return isBytes ? `0x${part}` : operator.endsWith('nocase') ? part.toUpperCase() : part;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #entity(type: string): EntityModel {
    return this.#model.entities.get(type) as EntityModel;
  }

  #rows({ name }: EntityModel): readonly Row[] {
    return this.#tables.get(name) ?? [];
  }
}

/** As it is written in a query. */
export function literal(value: unknown, enums: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, enums)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([key, one]) => `${key}: ${literal(one, enums)}`).join(', ')} }`;
  return typeof value === 'string' && enums.has(value) ? value : JSON.stringify(value);
}
