import { Kind, parse } from 'graphql';
import type { ConstDirectiveNode, FieldDefinitionNode, ObjectTypeDefinitionNode, TypeNode } from 'graphql';
import { BadSubgraphError } from '../errors.ts';
import type { DerivedModel, EntityModel, FieldModel, ScalarKind, SchemaModel } from './model.ts';

const SCALARS: ReadonlySet<string> = new Set<ScalarKind>(['ID', 'String', 'Bytes', 'Int', 'Int8', 'Timestamp', 'BigInt', 'BigDecimal', 'Boolean']);

/** Entities are the types with `@entity`. @throws BadSubgraphError for what this indexer does not have: interfaces, full-text search, time series, lists of lists */
export function parseSchema(text: string): SchemaModel {
  const { definitions } = parse(text);
  const enums = new Map<string, readonly string[]>();
  const types: ObjectTypeDefinitionNode[] = [];
  for (const one of definitions) {
    if (one.kind === Kind.ENUM_TYPE_DEFINITION) enums.set(one.name.value, (one.values ?? []).map(({ name }) => name.value));
    else if (one.kind === Kind.OBJECT_TYPE_DEFINITION && one.name.value !== '_Schema_') types.push(one);
    else if (one.kind === Kind.INTERFACE_TYPE_DEFINITION || one.kind === Kind.UNION_TYPE_DEFINITION) throw new BadSubgraphError(`The schema has the interface or union ${one.name.value}, which this indexer does not know.`);
  }
  const names = new Map(types.map((type) => [type.name.value, type]));
  const entities = new Map<string, EntityModel>();
  for (const type of types) {
    const entity = directive(type.directives, 'entity');
    if (entity === undefined) throw new BadSubgraphError(`Type ${type.name.value} has no @entity.`);
    if (argument(entity, 'timeseries') === true) throw new BadSubgraphError(`Type ${type.name.value} is a time series, which this indexer does not know.`);
    entities.set(type.name.value, entityModel(type, { names, enums, isImmutable: argument(entity, 'immutable') === true }));
  }
  return { entities, enums };
}

interface Known {
  readonly names: ReadonlyMap<string, ObjectTypeDefinitionNode>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
  readonly isImmutable: boolean;
}

function entityModel(type: ObjectTypeDefinitionNode, known: Known): EntityModel {
  const fields: FieldModel[] = [];
  const derived: DerivedModel[] = [];
  for (const field of type.fields ?? []) {
    const from = directive(field.directives, 'derivedFrom');
    if (from === undefined) fields.push(storedField(type.name.value, field, known));
    else derived.push({ ...shapeOf(field.type), name: field.name.value, type: namedType(field.type), field: String(argument(from, 'field')) });
  }
  fields.sort((a, b) => Number(b.name === 'id') - Number(a.name === 'id'));
  if (fields[0]?.name !== 'id') throw new BadSubgraphError(`Entity ${type.name.value} has no id.`);
  for (const one of derived) {
    const other = known.names.get(one.type)?.fields?.find(({ name }) => name.value === one.field);
    if (other === undefined) throw new BadSubgraphError(`${type.name.value}.${one.name} derives from ${one.type}.${one.field}, which does not exist.`);
  }
  return { name: type.name.value, isImmutable: known.isImmutable, fields, derived, byName: new Map(fields.map((field) => [field.name, field])) };
}

function storedField(owner: string, field: FieldDefinitionNode, { names, enums }: Known): FieldModel {
  const named = namedType(field.type);
  const base = { name: field.name.value, ...shapeOf(field.type) };
  if (SCALARS.has(named)) return { ...base, kind: named as ScalarKind };
  if (enums.has(named)) return { ...base, kind: 'Enum', enumName: named };
  const other = names.get(named);
  if (other === undefined) throw new BadSubgraphError(`${owner}.${base.name} is of the unknown type ${named}.`);
  const id = other.fields?.find(({ name }) => name.value === 'id');
  return { ...base, kind: id === undefined ? 'ID' : (namedType(id.type) as ScalarKind), reference: named };
}

function shapeOf(type: TypeNode): { isList: boolean; isRequired: boolean } {
  const isRequired = type.kind === Kind.NON_NULL_TYPE;
  const inner = isRequired ? type.type : type;
  if (inner.kind !== Kind.LIST_TYPE) return { isList: false, isRequired };
  const element = inner.type.kind === Kind.NON_NULL_TYPE ? inner.type.type : inner.type;
  if (element.kind === Kind.LIST_TYPE) throw new BadSubgraphError('Lists of lists are not known to this indexer.');
  return { isList: true, isRequired };
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function directive(list: readonly ConstDirectiveNode[] | undefined, name: string): ConstDirectiveNode | undefined {
  return list?.find((one) => one.name.value === name);
}

function argument(node: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = node.arguments?.find((one) => one.name.value === name)?.value;
  return value !== undefined && 'value' in value ? value.value : undefined;
}
