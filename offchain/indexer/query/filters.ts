/** A `where` as SQL: names come from the schema, values are parameters. */
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { EntityModel, FieldModel, SchemaModel } from '../schema/model.ts';
import { entityOf } from '../schema/model.ts';
import { quoted, tableOf } from '../store/tables.ts';
import { compareText } from './compare-text.ts';
import { QueryError } from './errors.ts';
import { cell } from './operands.ts';
import type { Operator } from './operators.ts';
import { filterName, operatorsOf } from './operators.ts';

export type Where = Readonly<Record<string, unknown>>;

export interface FilterContext {
  readonly model: SchemaModel;
  readonly isServer: boolean;
  /** The block whose state is asked for. */
  readonly block: number;
  /** Counts conditions, and gives each nested table a name of its own. */
  conditions: number;
}

/** Conditions of one query, nested ones counted. */
const CONDITIONS_MAX = 200;
const DEPTH_MAX = 8;
const LIST_MAX = 1_000;
/** Of conditions on lists: each item is a search of its own. */
const ITEMS_MAX = 100;

const TRUE = Prisma.raw('1 = 1');
const FALSE = Prisma.raw('1 = 0');

/** The version of a row that held at the block. */
export function isAtBlock(alias: Prisma.Sql, block: number): Prisma.Sql {
  return Prisma.sql`${alias}."block_to" > ${block} AND ${alias}."block_from" <= ${block}`;
}

export function conditionOf(context: FilterContext, entity: EntityModel, where: Where, alias: Prisma.Sql, depth = 0): Prisma.Sql {
  if (depth > DEPTH_MAX) throw new QueryError(`A filter may be nested ${DEPTH_MAX} levels deep.`);
  const parts: Prisma.Sql[] = [];
  for (const [key, operand] of Object.entries(where)) {
    context.conditions += 1;
    if (context.conditions > CONDITIONS_MAX) throw new QueryError(`A query may have ${CONDITIONS_MAX} conditions.`);
    if (operand === undefined) continue;
    parts.push(oneCondition(context, entity, { key, operand, alias, depth }));
  }
  if ('or' in where && Object.keys(where).length > 1) throw new QueryError('Column filters cannot be mixed with "or" on one level: put them into "and".');
  return parts.length === 0 ? TRUE : Prisma.join(parts, ' AND ');
}

interface One {
  readonly key: string;
  readonly operand: unknown;
  readonly alias: Prisma.Sql;
  readonly depth: number;
}

function oneCondition(context: FilterContext, entity: EntityModel, { key, operand, alias, depth }: One): Prisma.Sql {
  if (key === 'and' || key === 'or') {
    const parts = ((operand ?? []) as readonly (Where | null)[]).map((one) => Prisma.sql`(${conditionOf(context, entity, one ?? {}, alias, depth + 1)})`);
    // Of no conditions all hold, and none does: graph-node has it so.
    if (parts.length === 0) return key === 'and' || operand === null ? TRUE : FALSE;
    return Prisma.sql`(${Prisma.join(parts, key === 'and' ? ' AND ' : ' OR ')})`;
  }
  if (key === '_change_block') return operand === null ? TRUE : Prisma.sql`${alias}."block_from" >= ${(operand as { number_gte: number }).number_gte}`;
  if (key.endsWith('_')) {
    const name = key.slice(0, -1);
    const field = entity.byName.get(name);
    return operand === null ? TRUE : nested(context, entity, { field, name, where: operand as Where, alias, depth });
  }
  for (const field of entity.fields) {
    const operator = operatorsOf(field).find((one) => filterName(field.name, one) === key);
    if (operator !== undefined) return compare(context, field, operator, operand, Prisma.sql`${alias}.${quoted(field.name)}`);
  }
  throw new QueryError(`${entity.name} has no filter ${key}.`);
}

interface Nested {
  readonly field: FieldModel | undefined;
  readonly name: string;
  readonly where: Where;
  readonly alias: Prisma.Sql;
  readonly depth: number;
}

/** Whether some entity that the field leads to fits. */
function nested(context: FilterContext, entity: EntityModel, { field, name, where, alias, depth }: Nested): Prisma.Sql {
  const derived = entity.derived.find((one) => one.name === name);
  const other = entityOf(context.model, field?.reference ?? (derived?.type as string));
  const inner = Prisma.raw(`n${context.conditions}`);
  const link = field === undefined ? linkBack(context, other.byName.get(derived?.field as string) as FieldModel, inner, Prisma.sql`${alias}."id"`) : linkTo(context, field, inner, Prisma.sql`${alias}.${quoted(name)}`);
  return Prisma.sql`EXISTS (SELECT 1 FROM ${tableOf(other.name)} AS ${inner} WHERE ${link} AND ${isAtBlock(inner, context.block)} AND (${conditionOf(context, other, where, inner, depth + 1)}))`;
}

function linkTo(context: FilterContext, { isList }: FieldModel, inner: Prisma.Sql, column: Prisma.Sql): Prisma.Sql {
  return isList ? Prisma.sql`${inner}."id" IN (SELECT ${itemsOf(context, column)})` : Prisma.sql`${inner}."id" = ${column}`;
}

export function linkBack(context: Pick<FilterContext, 'isServer'>, field: FieldModel, inner: Prisma.Sql, id: Prisma.Sql): Prisma.Sql {
  const column = Prisma.sql`${inner}.${quoted(field.name)}`;
  return field.isList ? Prisma.sql`${id} IN (SELECT ${itemsOf(context, column)})` : Prisma.sql`${column} = ${id}`;
}

/** The items of a list in JSON, as text, in a column `item`. */
export function itemsOf({ isServer }: Pick<FilterContext, 'isServer'>, column: Prisma.Sql): Prisma.Sql {
  return isServer ? Prisma.sql`value AS "item" FROM json_array_elements_text(CAST(COALESCE(${column}, '[]') AS json))` : Prisma.sql`CAST(value AS TEXT) AS "item" FROM json_each(COALESCE(${column}, '[]'))`;
}

function compare(context: FilterContext, field: FieldModel, operator: Operator, operand: unknown, column: Prisma.Sql): Prisma.Sql {
  if (operand === null) {
    if (operator === '') return Prisma.sql`${column} IS NULL`;
    if (operator === 'not') return Prisma.sql`${column} IS NOT NULL`;
    throw new QueryError(`${filterName(field.name, operator)} cannot be null.`);
  }
  if (field.isList) return compareList(context, field, operator, operand as readonly unknown[], column);
  switch (operator) {
    case '': return Prisma.sql`${column} = ${cell(field, operand)}`;
    case 'not': return Prisma.sql`${column} <> ${cell(field, operand)}`;
    case 'gt': return Prisma.sql`${column} > ${cell(field, operand)}`;
    case 'lt': return Prisma.sql`${column} < ${cell(field, operand)}`;
    case 'gte': return Prisma.sql`${column} >= ${cell(field, operand)}`;
    case 'lte': return Prisma.sql`${column} <= ${cell(field, operand)}`;
    case 'in':
    case 'not_in': return inList(field, operator, operand as readonly unknown[], column);
    default: return compareText(context, { field, operator, operand, column });
  }
}

function inList(field: FieldModel, operator: 'in' | 'not_in', operand: readonly unknown[], column: Prisma.Sql): Prisma.Sql {
  if (operand.length > LIST_MAX) throw new QueryError(`A list in a filter may have ${LIST_MAX} items.`);
  const values = operand.filter((one) => one !== null).map((one) => cell(field, one));
  // Odd for not_in, and what graph-node answers.
  if (values.length === 0) return FALSE;
  return operator === 'in' ? Prisma.sql`${column} IN (${Prisma.join(values)})` : Prisma.sql`${column} NOT IN (${Prisma.join(values)})`;
}

function compareList(context: FilterContext, field: FieldModel, operator: Operator, operand: readonly unknown[], column: Prisma.Sql): Prisma.Sql {
  if (operand.length > LIST_MAX) throw new QueryError(`A list in a filter may have ${LIST_MAX} items.`);
  const cells = operand.map((one) => cell(field, one));
  if (operator === '') return Prisma.sql`${column} = ${JSON.stringify(cells)}`;
  if (operator === 'not') return Prisma.sql`${column} <> ${JSON.stringify(cells)}`;
  if (operand.length > ITEMS_MAX) throw new QueryError(`${filterName(field.name, operator)} may have ${ITEMS_MAX} items.`);
  const hasCase = !operator.endsWith('_nocase');
  const tests = cells.map((one) => {
    const text = Prisma.sql`CAST(${String(one)} AS TEXT)`;
    return hasCase ? Prisma.sql`${text} IN (SELECT ${itemsOf(context, column)})` : Prisma.sql`lower(${text}) IN (SELECT ${itemsOf(context, Prisma.sql`lower(${column})`)})`;
  });
  // contains: all of them; not_contains: none of them, where the list is there at all.
  const isNot = operator.startsWith('not_');
  return Prisma.sql`(${Prisma.join([Prisma.sql`${column} IS NOT NULL`, ...tests.map((test) => (isNot ? Prisma.sql`NOT (${test})` : test))], ' AND ')})`;
}
