/** How far this machine's tables have come. */
import { randomBytes } from 'node:crypto';
import type { Store } from '../../store/open.ts';

export interface JournalState {
  /** 32 hexadecimal digits: this home folder. */
  readonly writer: string;
  /** Of the newest change. */
  readonly sequence: number;
  /** Of the newest version. */
  readonly order: number;
  /** The newest that the tables have followed. */
  readonly pack: number;
}

export async function stateOf(store: Store): Promise<JournalState> {
  const id = 1;
  const row = await store.objectState.upsert({ where: { id }, create: { id, writer: randomBytes(16).toString('hex'), sequence: 0n, order: 0n, pack: 0 }, update: {} });
  return { writer: row.writer, sequence: Number(row.sequence), order: Number(row.order), pack: row.pack };
}
