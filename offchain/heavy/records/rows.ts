/** Public names in the database. */
import type { Address, Hex } from 'viem';
import type { Store } from '../../store/open.ts';
import { NamedRecord } from '../../wire/named-record.ts';
import type { Rank } from '../../wire/named-record.ts';

export interface KeptVersion extends Rank {
  readonly sizeBytes: number;
}

/** The record that stands, and who signed it. */
export interface KeptHead extends Rank {
  readonly owner: Address;
}

const decoder = new TextDecoder();

export async function headOf(store: Store, key: Hex): Promise<KeptHead | undefined> {
  const row = await store.publicName.findUnique({ where: { key } });
  return row === null ? undefined : { tenure: row.tenure, version: row.version, hash: row.head as Hex, owner: row.owner as Address };
}

export async function versionsOf(store: Store, key: Hex): Promise<KeptVersion[]> {
  const rows = await store.publicNameVersion.findMany({ where: { key }, select: { hash: true, tenure: true, version: true, sizeBytes: true } });
  return rows.map(({ hash, ...rest }) => ({ ...rest, hash: hash as Hex }));
}

export async function recordOf(store: Store, key: Hex, hash: Hex): Promise<NamedRecord | undefined> {
  const row = await store.publicNameVersion.findUnique({ where: { key_hash: { key, hash } } });
  return row === null ? undefined : NamedRecord.parse(JSON.parse(decoder.decode(row.record)));
}

/** One transaction: the version is there and is the head, or neither. */
export async function writeVersion(store: Store, place: Rank & { readonly key: Hex; readonly isHead: boolean; readonly gone: readonly Hex[] }, record: NamedRecord): Promise<void> {
  const { key, hash, tenure, version, isHead, gone } = place;
  const bytes = Uint8Array.from(Buffer.from(JSON.stringify(record)));
  const { name, owner } = record;
  const head = { name, owner: owner.toLowerCase(), head: hash, tenure, version };
  await store.$transaction([
    store.publicNameVersion.create({ data: { key, hash, tenure, version, sizeBytes: bytes.length, record: bytes } }),
    ...(isHead ? [store.publicName.upsert({ where: { key }, create: { key, ...head }, update: head })] : []),
    ...(gone.length === 0 ? [] : [store.publicNameVersion.deleteMany({ where: { key, hash: { in: [...gone] } } })]),
  ]);
}

export async function dropName(store: Store, key: Hex): Promise<void> {
  await store.$transaction([store.publicNameVersion.deleteMany({ where: { key } }), store.publicName.deleteMany({ where: { key } })]);
}

export function countNames(store: Store, owner?: Address): Promise<number> {
  return store.publicName.count({ where: owner === undefined ? {} : { owner: owner.toLowerCase() } });
}

/** Names of the owner, in the order of their keys. */
export async function namesOf(store: Store, owner: Address, after: string, limit: number): Promise<{ key: Hex; name: string }[]> {
  const rows = await store.publicName.findMany({ where: { owner: owner.toLowerCase(), key: { gt: after } }, orderBy: { key: 'asc' }, take: limit, select: { key: true, name: true } });
  return rows.map(({ key, name }) => ({ key: key as Hex, name }));
}

/** Keys behind `after` in ascending order, at most `limit`. */
export async function keysAfter(store: Store, after: string, limit: number): Promise<Hex[]> {
  const rows = await store.publicName.findMany({ where: { key: { gt: after } }, orderBy: { key: 'asc' }, take: limit, select: { key: true } });
  return rows.map(({ key }) => key as Hex);
}
