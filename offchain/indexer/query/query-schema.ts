import { buildSchema, GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { SchemaModel } from '../schema/model.ts';
import { querySdl } from './sdl.ts';

const TEXT_SCALARS = ['BigInt', 'BigDecimal', 'Bytes', 'Int8', 'Timestamp'];

/** The schema that queries are checked against. Numbers of any size stay text, as they were written. */
export function buildQuerySchema(model: SchemaModel): GraphQLSchema {
  const schema = buildSchema(querySdl(model));
  for (const name of TEXT_SCALARS) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLScalarType)) continue;
    type.coerceInputLiteral = (node) => {
      if (node.kind === Kind.INT || node.kind === Kind.STRING || (node.kind === Kind.FLOAT && name === 'BigDecimal')) return node.value;
      throw new GraphQLError(`${name} cannot be made of this value.`, { nodes: node as never });
    };
    type.coerceInputValue = (value) => {
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw new GraphQLError(`${name} cannot be made of this value.`);
    };
  }
  return schema;
}
