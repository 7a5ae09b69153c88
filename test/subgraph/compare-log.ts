/** Entities against the chain's log: each line of it, and the sums over it that others keep. */
import { size } from 'viem';
import { actOf } from '../../offchain/chain/act-of.ts';
import type { SchemaModel } from '../../offchain/indexer/schema/model.ts';
import type { Sides } from './compare.ts';
import type { ChainTransaction } from './chain-log.ts';
import { LINES, LIVES, type LineRule } from './lines.ts';
import { eventOf, LINKED_TYPES, linksOf } from './links.ts';
import type { History, Line } from './reckon/history.ts';
import { bigintOf, type Row } from './snapshot.ts';
import { OWNERS, TOTALS, type Sum } from './totals.ts';

interface Log {
  readonly history: History;
  readonly model: SchemaModel;
}

export async function compareLog(sides: Sides, { history, model }: Log): Promise<void> {
  const { snapshot } = sides;
  const { lines, clock } = history;
  await compareEvents(sides, lines);
  for (const [type, rule] of [...Object.entries(LINES), ...LIVES]) await compareLines(sides, { type, rule, history, model });
  await comparePayments(sides, lines);
  for (const type of LINKED_TYPES) for (const [id, row] of await snapshot(type)) for (const [field, value] of Object.entries(linksOf(type, id, clock))) sides.same(`${type} ${id}`, field, row[field], value);
  compareRow(sides, 'Network', (await snapshot('Network')).get('holdfast') as Row, { ...sums(TOTALS, lines), events: BigInt(lines.length), transactions: BigInt(new Set(lines.map(({ transaction }) => transaction.hash)).size) });
  for (const [id, epoch] of await snapshot('Epoch')) {
    const own = lines.filter(({ epoch }) => epoch === Number(id));
    compareRow(sides, `Epoch ${id}`, epoch, { ...sums(TOTALS, own), events: BigInt(own.length) });
  }
  for (const [type, { key, fields }] of OWNERS) {
    for (const [id, row] of await snapshot(type)) compareRow(sides, `${type} ${id}`, row, sums(fields, lines, (line) => String(key(line.args, line)).toLowerCase() === id));
  }
}

/** The explorer's log: every event once, in its transaction. */
async function compareEvents({ snapshot, same }: Sides, lines: readonly Line[]): Promise<void> {
  const events = await snapshot('Event');
  same('Event', 'ordinal', events.size, lines.length);
  for (const [i, line] of lines.entries()) {
    const { contract, event: name, address, logIndex, block, timestamp, transaction, id, epoch } = line;
    for (const [field, value] of Object.entries({ ordinal: i + 1, contract, name, address, logIndex, block, timestamp, epochNumber: epoch, epoch, transaction: transaction.hash })) same(`Event ${id}`, field, events.get(id)?.[field], value);
  }
  const known = await snapshot('Transaction');
  for (const [hash, own] of Map.groupBy(lines, ({ transaction }) => transaction.hash)) {
    const [first] = own as [Line];
    const expected = { ...asEntity(first.transaction), block: first.block, timestamp: first.timestamp, epochNumber: first.epoch, epoch: first.epoch, events: own.length };
    for (const [field, value] of Object.entries(expected)) same(`Transaction ${hash}`, field, known.get(hash)?.[field], value);
  }
  same('Transaction', 'events', known.size, new Set(lines.map(({ transaction }) => transaction.hash)).size);
}

function asEntity({ transactionIndex, from, to, value, gasPrice, gas, input }: ChainTransaction): Row {
  const selector = to === null || size(input) < 4 ? '0x' : actOf(input).slice(0, 10);
  return { index: String(BigInt(transactionIndex)), from, to, value: String(BigInt(value)), gasPrice: String(BigInt(gasPrice)), gasLimit: String(BigInt(gas)), selector };
}

/** When and where; what of it is for whom is told by the sums. */
async function comparePayments({ snapshot, same }: Sides, lines: readonly Line[]): Promise<void> {
  const byId = new Map(lines.map((line): [string, Line] => [line.id, line]));
  for (const [id, payment] of await snapshot('Payment')) {
    const line = byId.get(eventOf(payment));
    const epoch = line?.epoch;
    for (const [field, value] of Object.entries({ timestamp: line?.timestamp, transaction: line?.transaction.hash, epochNumber: epoch, epoch })) same(`Payment ${id}`, field, payment[field], value);
  }
}

interface Lines extends Log {
  readonly type: string;
  readonly rule: LineRule;
}

/** As many as there are events of that kind, and each as its event says. */
async function compareLines({ snapshot, same }: Sides, { type, rule: { of, id, is, isPartial = false }, history, model }: Lines): Promise<void> {
  const rows = await snapshot(type);
  const has = (field: string): boolean => model.entities.get(type)?.byName.has(field) === true;
  const own = history.of(...of);
  if (!isPartial) same(type, 'id', rows.size, own.length);
  for (const line of own) {
    const key = id?.(line.args) ?? line.id;
    const { epoch } = line;
    const moment = isPartial ? {} : { epochNumber: epoch, epoch, registeredEpoch: epoch, timestamp: line.timestamp, transaction: line.transaction.hash };
    for (const [field, value] of Object.entries({ ...moment, ...is(line.args, line) })) if (has(field)) same(`${type} ${key}`, field, rows.get(key)?.[field], value);
  }
}

function sums(rules: Readonly<Record<string, readonly Sum[]>>, lines: readonly Line[], fits: (line: Line) => boolean = () => true): Record<string, bigint> {
  return Object.fromEntries(Object.entries(rules).map(([field, parts]) => [field, parts.reduce((sum, [name, value]) => sum + lines.reduce((own, line) => own + (line.name === name && fits(line) ? value(line.args) : 0n), 0n), 0n)]));
}

/** Those of the sums that the entity has. */
function compareRow({ same }: Sides, of: string, row: Row, expected: Readonly<Record<string, bigint>>): void {
  for (const [field, value] of Object.entries(expected)) if (row[field] !== undefined) same(of, field, typeof row[field] === 'number' ? BigInt(row[field]) : bigintOf(row, field), value);
}
