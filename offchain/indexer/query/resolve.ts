/** Answers each field of a query. */
import type { GraphQLFieldResolver } from 'graphql';
import type { DerivedModel, EntityModel, FieldModel, SchemaModel, Scalar } from '../schema/model.ts';
import { entityOf } from '../schema/model.ts';
import { valueOf } from '../store/columns.ts';
import { markByNumber } from '../store/state.ts';
import { plural, singular } from './names.ts';
import type { EntityRow, QueryRun } from './run.ts';
import { listArguments } from './select.ts';

type Args = Readonly<Record<string, unknown>>;
type BlockArgument = Parameters<QueryRun['blockOf']>[0];

export function createResolver(model: SchemaModel): GraphQLFieldResolver<unknown, QueryRun, Args> {
  const lists = new Map([...model.entities.values()].map((entity) => [plural(entity.name), entity]));
  const single = new Map([...model.entities.values()].map((entity) => [singular(entity.name), entity]));
  return (source, args, run, info) => {
    const { fieldName, parentType } = info;
    if (parentType.name === 'Query') return rootField(run, { fieldName, args, list: lists.get(fieldName), one: single.get(fieldName) });
    const entity = model.entities.get(parentType.name);
    if (entity === undefined) return (source as Record<string, unknown>)[fieldName];
    return entityField(run, model, { entity, row: source as EntityRow, fieldName, args });
  };
}

interface RootField {
  readonly fieldName: string;
  readonly args: Args;
  readonly list: EntityModel | undefined;
  readonly one: EntityModel | undefined;
}

async function rootField(run: QueryRun, { fieldName, args, list, one }: RootField): Promise<unknown> {
  const block = await run.blockOf(args['block'] as BlockArgument);
  if (fieldName === '_meta') return meta(run, block);
  if (list !== undefined) return run.list(list, listArguments(args), block);
  const id = String(args['id']);
  return one === undefined ? null : ((await run.one(one, one.fields[0]?.kind === 'Bytes' ? id.toLowerCase() : id, block)) ?? null);
}

async function meta(run: QueryRun, number: number): Promise<object> {
  const { state, deployment, store } = run.options;
  const mark = number === state.head?.number ? state.head : await markByNumber(store, number);
  const block = { number, hash: mark?.hash ?? null, timestamp: mark?.time ?? null, parentHash: mark?.parentHash ?? null };
  return { block, deployment, hasIndexingErrors: state.failure !== undefined };
}

interface EntityField {
  readonly entity: EntityModel;
  readonly row: EntityRow;
  readonly fieldName: string;
  readonly args: Args;
}

function entityField(run: QueryRun, model: SchemaModel, { entity, row, fieldName, args }: EntityField): unknown {
  run.countValue();
  const field = entity.byName.get(fieldName);
  if (field === undefined) return derivedField(run, model, { derived: entity.derived.find(({ name }) => name === fieldName) as DerivedModel, row, args });
  const value = valueOf(field, row.cells[fieldName]);
  if (field.reference === undefined) return shown(value, field);
  const other = entityOf(model, field.reference);
  if (value === null) return null;
  if (!field.isList) return run.one(other, String(value), row.block).then((found) => found ?? null);
  return listed(run, other, { ids: value as readonly string[], row, args });
}

/** A stored list of ids: those that exist, filtered and cut as any list. */
async function listed(run: QueryRun, other: EntityModel, { ids, row, args }: { readonly ids: readonly string[]; readonly row: EntityRow; readonly args: Args }): Promise<EntityRow[]> {
  const { where, ...rest } = listArguments(args);
  const only = { id_in: [...ids] };
  return ids.length === 0 ? [] : run.list(other, { ...rest, where: where === undefined ? only : { and: [only, where] } }, row.block);
}

function derivedField(run: QueryRun, model: SchemaModel, { derived, row, args }: { readonly derived: DerivedModel; readonly row: EntityRow; readonly args: Args }): unknown {
  const other = entityOf(model, derived.type);
  const options = { parent: String(row.cells['id']), block: row.block, args: derived.isList ? listArguments(args) : { first: 1, skip: 0 } };
  const found = run.children(other, other.byName.get(derived.field) as FieldModel, options);
  return derived.isList ? found : found.then(([first]) => first ?? null);
}

function shown(value: ReturnType<typeof valueOf>, { kind }: FieldModel): unknown {
  // GraphQL has these two itself; all others travel as text.
  if (value === null || kind === 'Int' || kind === 'Boolean') return value;
  return Array.isArray(value) ? value.map((one: Scalar) => String(one)) : String(value as Scalar);
}
