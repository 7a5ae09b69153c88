/** The tables that a schema asks for: one for each entity type, a row for each version of an entity. */
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { EntityModel, FieldModel, SchemaModel } from '../schema/model.ts';
import { columnType } from './columns.ts';

/** `block_to` of the newest version: larger than every block's number. */
export const OPEN = 2_147_483_647;
export const META = 'x_meta';
export const BLOCKS = 'x_blocks';

/** Names come from a schema that was parsed: letters, digits and underscores. */
export function quoted(name: string): Prisma.Sql {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot be the name of a table or column.`);
  return Prisma.raw(`"${name}"`);
}

export function tableName(type: string): string {
  return `x_${type}`;
}

export function tableOf(type: string): Prisma.Sql {
  return quoted(tableName(type));
}

export const META_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS "${META}" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS "${BLOCKS}" ("number" BIGINT NOT NULL PRIMARY KEY, "hash" TEXT NOT NULL, "parent" TEXT NOT NULL, "time" BIGINT NOT NULL)`,
  `INSERT INTO "${META}" ("key", "value") VALUES ('turn', '0') ON CONFLICT ("key") DO NOTHING`,
];

/** One statement each. `isServer`: PostgreSQL, whose text is compared byte by byte here, as SQLite's is. */
export function createTables(model: SchemaModel, isServer: boolean): string[] {
  return [...model.entities.values()].flatMap((entity) => createEntity(entity, isServer));
}

function createEntity({ name, fields, isImmutable }: EntityModel, isServer: boolean): string[] {
  const table = tableName(name);
  const collation = isServer ? ' COLLATE "C"' : '';
  const columns = fields.map((field) => `${quoted(field.name).sql} ${columnType(field)}${columnType(field) === 'TEXT' ? collation : ''}${field.isRequired ? ' NOT NULL' : ''}`);
  return [
    `CREATE TABLE "${table}" (${columns.join(', ')}, "block_from" BIGINT NOT NULL, "block_to" BIGINT NOT NULL, PRIMARY KEY ("id", "block_to"))`,
    `CREATE INDEX "${table}__block_from" ON "${table}" ("block_from")`,
    // Of versions that are over: what a reorganisation reopens and pruning removes.
    ...(isImmutable ? [] : [`CREATE INDEX "${table}__block_to" ON "${table}" ("block_to") WHERE "block_to" < ${OPEN}`]),
    ...fields.filter(isIndexed).map((field) => `CREATE INDEX "${table}__${field.name}" ON "${table}" (${quoted(field.name).sql})`),
  ];
}

/** What lists are found by and put in order by: references and numbers. */
function isIndexed({ name, kind, isList, reference }: FieldModel): boolean {
  return name !== 'id' && !isList && (reference !== undefined || kind === 'BigInt' || kind === 'Int' || kind === 'Int8' || kind === 'Timestamp');
}
