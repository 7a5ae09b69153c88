/** contains, starts_with, ends_with, and their like, as SQL that takes time in proportion to the text: no patterns. */
import { Prisma } from '../../store/generated/sqlite/client.ts';
import type { FieldModel } from '../schema/model.ts';
import type { FilterContext } from './filters.ts';
import { cell, plainText } from './operands.ts';
import type { Operator } from './operators.ts';

interface Comparison {
  readonly field: FieldModel;
  readonly operator: Operator;
  readonly operand: unknown;
  readonly column: Prisma.Sql;
}

const NONE = Prisma.sql`1 = 0`;

/** Where there is nothing (null), neither a condition nor its opposite holds. @throws QueryError for text that is no Bytes, where Bytes are compared */
export function compareText({ isServer }: Pick<FilterContext, 'isServer'>, { field, operator, operand, column }: Comparison): Prisma.Sql {
  const isNot = operator.startsWith('not_');
  const hasCase = !operator.endsWith('_nocase');
  const what = operator.replace(/^not_/, '').replace(/_nocase$/, '');
  const isBytes = field.kind === 'Bytes';
  const text = isBytes ? String(cell(field, operand)).slice(2) : plainText(String(operand));
  if (text === '') return isNot ? NONE : Prisma.sql`${column} IS NOT NULL`;
  // Of Bytes, the digits behind 0x.
  const stored = isBytes ? Prisma.sql`substr(${column}, 3)` : column;
  const given = Prisma.sql`CAST(${text} AS TEXT)`;
  const [hay, needle] = hasCase ? [stored, given] : [Prisma.sql`lower(${stored})`, Prisma.sql`lower(${given})`];
  const length = Prisma.sql`length(${needle})`;
  const test = what === 'contains' && isBytes ? containsBytes(isServer, stored, given)
    : what === 'contains' ? Prisma.sql`replace(${hay}, ${needle}, '') <> ${hay}`
    : what === 'starts_with' ? Prisma.sql`substr(${hay}, 1, ${length}) = ${needle}`
    : Prisma.sql`(length(${hay}) >= ${length} AND substr(${hay}, length(${hay}) - ${length} + 1) = ${needle})`;
  return isNot ? Prisma.sql`NOT (${test})` : test;
}

/** Byte by byte: digits may also be found between two bytes. */
function containsBytes(isServer: boolean, hay: Prisma.Sql, needle: Prisma.Sql): Prisma.Sql {
  return isServer ? Prisma.sql`position(decode(${needle}, 'hex') IN decode(${hay}, 'hex')) > 0` : Prisma.sql`instr(unhex(${hay}), unhex(${needle})) > 0`;
}
