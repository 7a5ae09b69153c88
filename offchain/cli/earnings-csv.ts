/** Statements as tables: RFC 4180, amounts in exact units and in tokens. */
import { writeFile } from 'node:fs/promises';
import type { CreatorAccount } from '../earnings/creator-statement.ts';
import { creatorLinesOf } from '../earnings/creator-lines.ts';
import { toCsv } from '../earnings/csv.ts';
import type { Cell } from '../earnings/csv.ts';
import { GROUPINGS, linesOf } from '../earnings/group.ts';
import type { Grouping } from '../earnings/group.ts';
import type { HeavyAccount } from '../earnings/heavy-statement.ts';
import { sharesOf } from '../earnings/heavy-statement.ts';
import type { ProviderAccount } from '../earnings/provider-statement.ts';
import { BadOutputError, UsageError } from './errors.ts';
import type { Output } from './output.ts';

export interface TableOptions {
  readonly by?: string;
  readonly csv?: string;
}

/** @throws UsageError */
export function groupingOf(by: string | undefined): Grouping {
  const found = GROUPINGS.find((one) => one === (by ?? 'period'));
  if (found === undefined) throw new UsageError(`"${by}" is no grouping.`, `Take ${GROUPINGS.join(', ')}.`);
  return found;
}

export function providerTable({ statement, history, facts }: ProviderAccount, by: Grouping): string {
  const rows = linesOf({ history, facts, node: statement.node, by }).map(({ key, ...line }) => ({ node: statement.node, [by]: key, ...line }) as Readonly<Record<string, Cell>>);
  return toCsv(['node', by, 'elapsed', 'proven', 'earned', 'missed', 'potential', 'other', 'slashed'], rows);
}

export function creatorTable({ statement, history }: CreatorAccount, by: Grouping): string {
  const rows = creatorLinesOf({ history, creator: statement.creator, by }).map(({ key, ...line }) => ({ creator: statement.creator, [by]: key, ...line }) as Readonly<Record<string, Cell>>);
  return toCsv(['creator', by, 'elapsed', 'proven', 'paid', 'refunded', 'used', 'fees', 'missed', 'ahead'], rows);
}

/** Settlement by settlement: a heavy node's fees belong to a rail, not to one agreement. */
export function heavyTable({ statement, facts }: HeavyAccount): string {
  const rows = facts.flatMap((fact) => (fact.kind === 'settled' ? [{ node: statement.node, epoch: fact.epoch, provider: fact.provider, 'settled up to': fact.upTo, transaction: fact.transaction, ...sharesOf(fact, statement.node) }] : []));
  return toCsv(['node', 'epoch', 'provider', 'settled up to', 'transaction', 'footprint', 'asParent'], rows);
}

/** `-`: to standard output, instead of the result. @throws BadOutputError */
export async function writeTable(output: Output, file: string, text: string): Promise<void> {
  if (file === '-') return void process.stdout.write(text);
  await writeFile(file, text).catch((cause: unknown) => {
    throw new BadOutputError(file, cause);
  });
  output.note(`${text.split('\r\n').length - 2} lines are in ${file}.`);
}
