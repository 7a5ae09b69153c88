/** Statements as tables: RFC 4180, amounts in exact units and in tokens. */
import type { CreatorAccount } from './creator-statement.ts';
import { creatorLinesOf } from './creator-lines.ts';
import { toCsv } from './csv.ts';
import type { Cell } from './csv.ts';
import { linesOf } from './group.ts';
import type { Grouping } from './group.ts';
import type { HeavyAccount } from './heavy-statement.ts';
import { sharesOf } from './heavy-statement.ts';
import type { ProviderAccount } from './provider-statement.ts';

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
