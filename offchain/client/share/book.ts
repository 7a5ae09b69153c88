/** The letters that concern this wallet: in the home folder and at the heavy nodes, brought together. Either of the two suffices. */
import { hexToBytes, isAddressEqual } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { fromBase64, toBase64 } from '../../codec/base64.ts';
import { concat, utf8 } from '../../codec/bytes.ts';
import { Letter, type LetterKind, isAbove, signLetter } from '../../wire/letter.ts';
import { HoldfastError } from '../../wire/errors.ts';
import type { Client } from '../client.ts';
import { type KnownLetter, highest, knownLetter, letterKey, putLetter, readMailbox, sendLetter } from './mailbox.ts';
import { textDigest } from '../text-digest.ts';
import { GroupNote, Note, ShareNote } from './records.ts';

const NONCE_BYTES = 12;
/** Letters that are given to one holder that lacks them, each time. */
const HEALED_AT_ONCE = 64;

export interface Book {
  readonly shares: readonly ShareNote[];
  readonly groups: readonly GroupNote[];
  /** Grants to this wallet that were not taken back, newest first. */
  readonly grants: readonly Letter[];
  /** False: too few heavy nodes answered; this is what the home folder knows. */
  readonly isComplete: boolean;
  letter(key: { readonly from: Client['creator']; readonly id: Hex }): Letter | undefined;
  /** Writes a note, here and at the heavy nodes. */
  save(note: ShareNote | GroupNote): Promise<void>;
  /** Forgets it. */
  drop(note: ShareNote | GroupNote): Promise<void>;
  /** Signs a letter to oneself, keeps it and sends it. */
  write(letter: { readonly kind: LetterKind; readonly id: Hex; readonly version?: number; readonly expiry?: number; readonly value: string }): Promise<Letter>;
  /** Keeps somebody's letter to this wallet, here and in the own mailbox. */
  keep(letter: Letter): Promise<void>;
}

/** @throws RpcUnavailableError */
export async function openBook(client: Client, signal?: AbortSignal): Promise<Book> {
  const local = await readLocal(client);
  const remote = await readMailbox(client, signal).catch((error: unknown) => {
    if (error instanceof HoldfastError && error.code === 'NO_HOLDER') return undefined;
    throw error;
  });
  const letters = highest([...local, ...(remote?.answers ?? []).flatMap(({ answer }) => answer)]);
  for (const { holder, answer } of remote?.answers ?? []) await heal(letters, holder, answer, signal);
  const { notes: secret } = await client.secrets.sharing();
  const notes = new Map<string, Note>();
  for (const { letter } of letters.values()) {
    const note = letter.kind === 'note' && letter.value !== '' ? await openNote(client, secret, letter) : undefined;
    if (note !== undefined) notes.set(letter.id.toLowerCase(), note);
  }

  const store = async (letter: Letter): Promise<void> => {
    letters.set(letterKey(letter), await knownLetter(client, letter));
    await client.state.writeLetters(JSON.stringify([...letters.values()].map((one) => one.letter)));
    // The home folder has it: heavy nodes that are away are told by the next command.
    await sendLetter(client, letter, signal).catch(ignoreAway);
  };
  const write: Book['write'] = async ({ kind, id, value, expiry = 0, version }) => {
    const before = letters.get(letterKey({ from: client.creator, id }));
    const letter = await signLetter(client.signer, client.chain.domain, { from: client.creator, to: client.creator, kind, id, version: version ?? (before?.version ?? 0) + 1, created: Math.floor(Date.now() / 1_000), expiry, value });
    await store(letter);
    return letter;
  };
  return {
    get shares() {
      return [...notes.values()].filter((note) => note.kind === 'share').sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
    },
    get groups() {
      return [...notes.values()].filter((note) => note.kind === 'group').sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    get grants() {
      return [...letters.values()].map(({ letter }) => letter).filter(({ kind, value }) => kind === 'grant' && value !== '').sort((a, b) => b.created - a.created);
    },
    isComplete: remote !== undefined,
    letter: (key) => letters.get(letterKey(key))?.letter,
    async save(note) {
      const id = idOf(note);
      notes.set(id, note);
      await write({ kind: 'note', id, value: await closeNote(client, secret, id, note) });
    },
    async drop(note) {
      notes.delete(idOf(note));
      await write({ kind: 'note', id: idOf(note), value: '' });
    },
    write,
    keep: store,
  };
}

/** A share's note has another id than its link, which is a letter as well. */
function idOf(note: Note): Hex {
  const text = note.kind === 'share' ? `share ${note.id.toLowerCase()}` : `group ${note.name}`;
  return `0x${textDigest(text)}`;
}

/** Holders that came later, or were away, are given what they lack. */
async function heal(letters: ReadonlyMap<string, KnownLetter>, holder: Parameters<typeof putLetter>[0], has: readonly KnownLetter[], signal: AbortSignal | undefined): Promise<void> {
  const known = new Map(has.map((one) => [letterKey(one.letter), one]));
  const lacking = [...letters].filter(([key, one]) => {
    const there = known.get(key);
    if (one.letter.expiry > 0 && one.letter.expiry * 1_000 <= Date.now()) return false;
    return there === undefined ? one.letter.value !== '' : isAbove(one, there);
  });
  for (const [, { letter }] of lacking.slice(0, HEALED_AT_ONCE)) await putLetter(holder, letter, signal).catch(ignoreAway);
}

function ignoreAway(error: unknown): void {
  if (!(error instanceof HoldfastError)) throw error;
}

async function closeNote({ platform }: Client, key: Uint8Array, id: Hex, note: Note): Promise<string> {
  const nonce = platform.randomBytes(NONCE_BYTES);
  const data = await platform.zstdCompress(utf8(JSON.stringify(note)), 3);
  return toBase64(concat(nonce, await platform.gcmEncrypt({ key, nonce, data, associated: hexToBytes(id) })));
}

const NOTE_BYTES_MAX = 8 << 20;

/** Undefined: written under another master key, or by a later version of this program. */
async function openNote({ platform, creator }: Client, key: Uint8Array, letter: Letter): Promise<Note | undefined> {
  if (!isAddressEqual(letter.from, creator)) return undefined;
  const bytes = fromBase64(letter.value);
  if (bytes === undefined) return undefined;
  const data = await platform.gcmDecrypt({ key, nonce: bytes.slice(0, NONCE_BYTES), data: bytes.slice(NONCE_BYTES), associated: hexToBytes(letter.id) });
  if (data === null) return undefined;
  return Note.safeParse(JSON.parse(new TextDecoder().decode(await platform.zstdDecompress(data, NOTE_BYTES_MAX)))).data;
}

/** Whether this home folder has ever kept a letter. */
export async function hasLetters({ state }: Client): Promise<boolean> {
  return (await state.readLetters()) !== undefined;
}

/** Losing it costs nothing as long as heavy nodes have the same; what does not follow its form is not believed. */
async function readLocal(client: Client): Promise<KnownLetter[]> {
  const text = (await client.state.readLetters()) ?? '[]';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const letters = z.array(Letter).safeParse(json).data ?? [];
  const known = await Promise.all(letters.map((letter) => knownLetter(client, letter).catch(() => undefined)));
  return known.filter((one) => one !== undefined);
}
