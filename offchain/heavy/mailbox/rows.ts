/** Letters in the database. */
import type { Address, Hex } from 'viem';
import type { Store } from '../../store/open.ts';
import { Letter } from '../../wire/letter.ts';
import type { LetterRank } from '../../wire/letter.ts';

export interface LetterPlace {
  readonly to: Address;
  readonly from: Address;
  readonly id: Hex;
}

const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);

const idOf = ({ to, from, id }: LetterPlace) => ({ recipient: to.toLowerCase(), sender: from.toLowerCase(), id: id.toLowerCase() });
const where = (place: LetterPlace) => ({ recipient_sender_id: idOf(place) });

export async function rankOf(store: Store, place: LetterPlace): Promise<(LetterRank & { readonly sizeBytes: number }) | undefined> {
  const row = await store.letter.findUnique({ where: where(place), select: { version: true, hash: true, sizeBytes: true } });
  return row === null ? undefined : { version: row.version, hash: row.hash as Hex, sizeBytes: row.sizeBytes };
}

/** Undefined for one that has expired. */
export async function letterOf(store: Store, place: LetterPlace, nowSeconds: number): Promise<Letter | undefined> {
  const row = await store.letter.findUnique({ where: where(place) });
  return row === null || !isShown(row, nowSeconds) ? undefined : parse(row.record);
}

export async function writeLetter(store: Store, letter: Letter, { hash, storedAtMs }: { readonly hash: Hex; readonly storedAtMs: number }): Promise<number> {
  const record = Uint8Array.from(Buffer.from(JSON.stringify(letter)));
  const { kind, version, expiry } = letter;
  const data = { kind, version, hash, expiry: BigInt(expiry), sizeBytes: record.length, storedAt: BigInt(storedAtMs), record };
  await store.letter.upsert({ where: where(letter), create: { ...idOf(letter), ...data }, update: data });
  return record.length;
}

/** Letters of `to` behind `after` ("sender id", in the order of these), those that have expired included. */
export async function pageOf(store: Store, to: Address, { after, limit, nowSeconds }: { readonly after: string; readonly limit: number; readonly nowSeconds: number }): Promise<{ letters: Letter[]; last: string | undefined }> {
  const [sender = '', id = ''] = after.split(' ');
  const rows = await store.letter.findMany({
    where: { recipient: to.toLowerCase(), OR: [{ sender: { gt: sender } }, { sender, id: { gt: id } }] },
    orderBy: [{ sender: 'asc' }, { id: 'asc' }],
    take: limit,
  });
  const last = rows.length < limit ? undefined : rows.at(-1);
  return { letters: rows.filter((row) => isShown(row, nowSeconds)).map((row) => parse(row.record)), last: last === undefined ? undefined : `${last.sender} ${last.id}` };
}

/** By sender, how many letters wait for `to`, the busiest first; those of `to` to itself are left out. */
export async function sendersOf(store: Store, to: Address): Promise<{ sender: string; letters: number }[]> {
  const recipient = to.toLowerCase();
  const rows = await store.letter.groupBy({ by: ['sender'], where: { recipient, sender: { not: recipient } }, _count: { _all: true } });
  return rows.map((row) => ({ sender: row.sender, letters: row._count._all })).sort((a, b) => b.letters - a.letters || (a.sender < b.sender ? -1 : 1));
}

export function countOwn(store: Store, of: Address): Promise<number> {
  return store.letter.count({ where: { recipient: of.toLowerCase(), sender: of.toLowerCase() } });
}

/** Drops the letter of `sender` to `to` that was stored first. Returns its bytes. */
export async function dropOldest(store: Store, to: Address, sender: string): Promise<number> {
  const row = await store.letter.findFirst({ where: { recipient: to.toLowerCase(), sender }, orderBy: [{ storedAt: 'asc' }, { id: 'asc' }], select: { id: true, sizeBytes: true } });
  if (row === null) return 0;
  await store.letter.delete({ where: { recipient_sender_id: { recipient: to.toLowerCase(), sender, id: row.id } } });
  return row.sizeBytes;
}

/** Empties letters that have expired: their versions stay, so that no older one comes back. Returns the bytes. */
export async function emptyExpired(store: Store, nowSeconds: number, limit: number): Promise<number> {
  const rows = await store.letter.findMany({ where: { expiry: { gt: 0n, lte: BigInt(Math.floor(nowSeconds)) }, sizeBytes: { gt: 0 } }, take: limit, select: { recipient: true, sender: true, id: true, sizeBytes: true } });
  for (const { sizeBytes: _, ...place } of rows) await store.letter.update({ where: { recipient_sender_id: place }, data: { sizeBytes: 0, record: EMPTY } });
  return rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

export async function allBytes(store: Store): Promise<number> {
  return (await store.letter.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0;
}

function isShown({ expiry, sizeBytes }: { readonly expiry: bigint; readonly sizeBytes: number }, nowSeconds: number): boolean {
  return sizeBytes > 0 && (expiry === 0n || Number(expiry) > nowSeconds);
}

function parse(record: Uint8Array): Letter {
  return Letter.parse(JSON.parse(decoder.decode(record)));
}
