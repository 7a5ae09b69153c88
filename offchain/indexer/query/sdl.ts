/** The query schema that The Graph makes of a schema.graphql. */
import type { DerivedModel, EntityModel, FieldModel, SchemaModel } from '../schema/model.ts';
import { plural, singular } from './names.ts';
import { filterName, operatorsOf, takesList } from './operators.ts';

const COMMON = `
scalar BigDecimal
scalar BigInt
scalar Bytes
scalar Int8
scalar Timestamp
enum OrderDirection { asc desc }
enum _SubgraphErrorPolicy_ { allow deny }
input BlockChangedFilter { number_gte: Int! }
input Block_height { hash: Bytes number: Int number_gte: Int }
type _Block_ { hash: Bytes number: Int! timestamp: Int parentHash: Bytes }
type _Meta_ { block: _Block_! deployment: String! hasIndexingErrors: Boolean! }
directive @entity(immutable: Boolean, timeseries: Boolean) on OBJECT
directive @derivedFrom(field: String!) on FIELD_DEFINITION
directive @subgraphId(id: String!) on OBJECT
`;

export function querySdl(model: SchemaModel): string {
  const entities = [...model.entities.values()];
  const enums = [...model.enums].map(([name, values]) => `enum ${name} { ${values.join(' ')} }`);
  const fields = entities.flatMap((entity) => [
    `${singular(entity.name)}(id: ID!, block: Block_height, subgraphError: _SubgraphErrorPolicy_! = deny): ${entity.name}`,
    `${plural(entity.name)}(${listArguments(entity.name)}, block: Block_height, subgraphError: _SubgraphErrorPolicy_! = deny): [${entity.name}!]!`,
  ]);
  return [COMMON, ...enums, ...entities.map((entity) => entityTypes(entity, model)), `type Query {\n${fields.join('\n')}\n_meta(block: Block_height): _Meta_\n}`].join('\n');
}

function listArguments(type: string): string {
  return `skip: Int = 0, first: Int = 100, orderBy: ${type}_orderBy, orderDirection: OrderDirection, where: ${type}_filter`;
}

function entityTypes(entity: EntityModel, model: SchemaModel): string {
  const { name, fields, derived } = entity;
  const output = [...fields.map(outputField), ...derived.map(derivedField)];
  const filters = [...fields.flatMap(filterFields), ...derived.map((one) => `${one.name}_: ${one.type}_filter`), '_change_block: BlockChangedFilter', `and: [${name}_filter]`, `or: [${name}_filter]`];
  return [`type ${name} {\n${output.join('\n')}\n}`, `input ${name}_filter {\n${filters.join('\n')}\n}`, `enum ${name}_orderBy {\n${orderNames(entity, model).join('\n')}\n}`].join('\n');
}

function outputField(field: FieldModel): string {
  const { name, isList, isRequired, reference } = field;
  const inner = reference ?? scalarName(field);
  const type = isList ? `[${inner}!]` : inner;
  return `${name}${isList && reference !== undefined ? `(${listArguments(reference)})` : ''}: ${type}${isRequired ? '!' : ''}`;
}

function derivedField({ name, type, isList, isRequired }: DerivedModel): string {
  return isList ? `${name}(${listArguments(type)}): [${type}!]!` : `${name}: ${type}${isRequired ? '!' : ''}`;
}

function filterFields(field: FieldModel): string[] {
  const type = field.reference === undefined ? scalarName(field) : 'String';
  const own = operatorsOf(field).map((operator) => `${filterName(field.name, operator)}: ${takesList(operator, field) ? `[${type}!]` : type}`);
  return field.reference === undefined ? own : [...own, `${field.name}_: ${field.reference}_filter`];
}

function scalarName({ kind, enumName }: FieldModel): string {
  return kind === 'Enum' ? (enumName as string) : kind;
}

/** Own fields, and those of single other entities, referred to or derived, behind two underscores. */
export function orderNames({ fields, derived }: EntityModel, model: SchemaModel): string[] {
  const behind = (name: string, type: string): string[] => (model.entities.get(type)?.fields ?? []).filter(({ isList, reference }) => !isList && reference === undefined).map((one) => `${name}__${one.name}`);
  const own = fields.flatMap(({ name, reference, isList }) => (reference === undefined || isList ? [name] : [name, ...behind(name, reference)]));
  return [...own, ...derived.flatMap(({ name, type, isList }) => (isList ? [] : behind(name, type)))];
}
