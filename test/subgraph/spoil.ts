/** Fields that are changed on purpose, to see that the comparison finds each: one that notices nothing compares nothing. */
import type { SchemaModel } from '../../offchain/indexer/schema/model.ts';
import type { Row, Snapshot } from './snapshot.ts';

type Field = readonly [type: string, field: string];

/** One field of each kind of entity: what every run tries. */
export const SPOILT: readonly Field[] = [
  ['Node', 'stake'], ['Provider', 'missedPay'], ['Agreement', 'turns'], ['Slot', 'noticeFrom'], ['Bundle', 'first'], ['Account', 'owed'], ['Creator', 'nonce'], ['Endowment', 'tokens'],
  ['CommonsPool', 'members'], ['Tenure', 'earned'], ['HeavyNode', 'toBurn'], ['Event', 'subject'], ['Payment', 'account'], ['Epoch', 'reservedBytes'], ['Miss', 'lostPay'], ['RailDrop', 'rent'],
];

/** The snapshot, with these fields of all entities changed. */
export function spoil(snapshot: Snapshot, fields: readonly Field[]): Snapshot {
  return async (type) => {
    const rows = await snapshot(type);
    const own = fields.filter(([one]) => one === type).map(([, field]) => field);
    return own.length === 0 ? rows : new Map([...rows].map(([id, row]): [string, Row] => [id, { ...row, ...Object.fromEntries(own.map((field) => [field, changed(row[field] ?? null)])) }]));
  };
}

function changed(value: string | number | boolean | null): string | number | boolean {
  if (value === null) return '1';
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return /^-?\d+$/.test(value) ? (BigInt(value) + 1n).toString() : `${value}1`;
}

/** Those whose change no difference names. */
export function unfound(fields: readonly Field[], differences: readonly string[]): string[] {
  return fields.filter(([type, field]) => !differences.some((one) => new RegExp(`: ${type}( \\S+)?\\.${field} is `).test(one))).map(([type, field]) => `${type}.${field}`);
}

/** Rounds in which every stored field is changed once, one of each type at a time. */
export function spoilingRounds(model: SchemaModel): Field[][] {
  const types = [...model.entities.values()].map(({ name, fields }) => fields.filter((one) => one.name !== 'id').map((one): Field => [name, one.name]));
  return Array.from({ length: Math.max(...types.map((own) => own.length)) }, (_, i) => types.flatMap((own) => own.slice(i, i + 1)));
}
