/** Lists of entities as SQL. */
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { DerivedModel, EntityModel, FieldModel } from '../schema/model.ts';
import { entityOf } from '../schema/model.ts';
import { quoted, tableOf } from '../store/tables.ts';
import { QueryError } from './errors.ts';
import { conditionOf, isAtBlock, itemsOf, linkBack } from './filters.ts';
import type { FilterContext, Where } from './filters.ts';

export interface ListArguments {
  readonly first: number;
  readonly skip: number;
  readonly orderBy?: string | undefined;
  readonly orderDirection?: 'asc' | 'desc' | undefined;
  readonly where?: Where | undefined;
}

const FIRST_MAX = 1_000;
const SKIP_MAX = 5_000;

/** @throws QueryError in graph-node's words */
export function listArguments(args: Readonly<Record<string, unknown>>): ListArguments {
  const first = (args['first'] ?? 100) as number;
  const skip = (args['skip'] ?? 0) as number;
  if (first < 0 || first > FIRST_MAX) throw new QueryError(`The value of the \`first\` argument must be between 0 and ${FIRST_MAX}, but is ${first}`);
  if (skip < 0 || skip > SKIP_MAX) throw new QueryError(`The value of the \`skip\` argument must be between 0 and ${SKIP_MAX}, but is ${skip}`);
  return { first, skip, orderBy: args['orderBy'] as string | undefined, orderDirection: args['orderDirection'] as 'asc' | 'desc' | undefined, where: (args['where'] ?? undefined) as Where | undefined };
}

const ROW = Prisma.raw('e');

export function selectList(context: FilterContext, entity: EntityModel, args: ListArguments): Prisma.Sql {
  const { join, order } = orderOf(context, entity, args);
  return Prisma.sql`SELECT ${columns(entity)} FROM ${tableOf(entity.name)} AS e ${join}
    WHERE ${isAtBlock(ROW, context.block)} AND (${conditionOf(context, entity, args.where ?? {}, ROW)}) ORDER BY ${order} LIMIT ${args.first} OFFSET ${args.skip}`;
}

export function selectByIds(context: FilterContext, entity: EntityModel, ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`SELECT ${columns(entity)} FROM ${tableOf(entity.name)} AS e WHERE e."id" IN (SELECT ${itemsOf(context, Prisma.sql`${JSON.stringify(ids)}`)}) AND ${isAtBlock(ROW, context.block)}`;
}

/** The children of many parents at once, each parent's list cut by itself; the parent's id comes as column `_parent`. */
export function selectChildren(context: FilterContext, entity: EntityModel, field: FieldModel, options: { readonly parents: readonly string[]; readonly args: ListArguments }): Prisma.Sql {
  const { parents, args } = options;
  const { join, order } = orderOf(context, entity, args);
  const ids = Prisma.sql`SELECT ${itemsOf(context, Prisma.sql`${JSON.stringify(parents)}`)}`;
  const column = Prisma.sql`e.${quoted(field.name)}`;
  const parent = field.isList ? Prisma.sql`p."item"` : column;
  const from = field.isList ? Prisma.sql`(${ids}) AS p CROSS JOIN ${tableOf(entity.name)} AS e ${join}` : Prisma.sql`${tableOf(entity.name)} AS e ${join}`;
  const isChild = field.isList ? Prisma.sql`p."item" IN (SELECT ${itemsOf(context, column)})` : Prisma.sql`${column} IN (${ids})`;
  return Prisma.sql`SELECT * FROM (
    SELECT ${columns(entity)}, ${parent} AS "_parent", ROW_NUMBER() OVER (PARTITION BY ${parent} ORDER BY ${order}) AS "_row" FROM ${from}
    WHERE ${isChild} AND ${isAtBlock(ROW, context.block)} AND (${conditionOf(context, entity, args.where ?? {}, ROW)})
  ) AS ranked WHERE "_row" > ${args.skip} AND "_row" <= ${args.skip + args.first} ORDER BY "_parent", "_row"`;
}

function columns(entity: EntityModel): Prisma.Sql {
  return Prisma.join(entity.fields.map(({ name }) => Prisma.sql`e.${quoted(name)}`));
}

/** Nulls last when ascending, first when descending, as on The Graph; entities of one rank by their ids. */
function orderOf(context: FilterContext, entity: EntityModel, { orderBy = 'id', orderDirection = 'asc' }: ListArguments): { readonly join: Prisma.Sql; readonly order: Prisma.Sql } {
  const direction = Prisma.raw(orderDirection === 'desc' ? 'DESC NULLS FIRST' : 'ASC NULLS LAST');
  const plain = Prisma.raw(orderDirection === 'desc' ? 'DESC' : 'ASC');
  const [name, nested] = entity.byName.has(orderBy) ? [orderBy, undefined] : orderBy.split('__');
  if (name === 'id' && nested === undefined) return { join: Prisma.empty, order: Prisma.sql`e."id" ${plain}` };
  const field = entity.byName.get(name as string);
  if (field !== undefined && nested === undefined) return { join: Prisma.empty, order: Prisma.sql`e.${quoted(field.name)} ${direction}, e."id" ${plain}` };
  const derived = entity.derived.find((one) => one.name === name);
  const type = field?.reference ?? derived?.type;
  if (type === undefined || nested === undefined) throw new QueryError(`${entity.name} cannot be put in order by ${orderBy}.`);
  const other = entityOf(context.model, type);
  const id = derived === undefined ? Prisma.sql`e.${quoted(name as string)}` : firstOf(context, other, derived);
  return {
    join: Prisma.sql`LEFT JOIN ${tableOf(other.name)} AS o ON o."id" = ${id} AND ${isAtBlock(Prisma.raw('o'), context.block)}`,
    order: Prisma.sql`o.${quoted(nested)} ${direction}, e."id" ${plain}`,
  };
}

/** The entity that a derived field is: where several refer to this one, the first by its id, so that no row comes twice. */
function firstOf(context: FilterContext, other: EntityModel, { field }: DerivedModel): Prisma.Sql {
  const d = Prisma.raw('d');
  return Prisma.sql`(SELECT MIN(d."id") FROM ${tableOf(other.name)} AS d WHERE ${linkBack(context, other.byName.get(field) as FieldModel, d, Prisma.sql`e."id"`)} AND ${isAtBlock(d, context.block)})`;
}
