/** Taking a share back: from everybody, or from some. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { type LetterKind, signLetter } from '../../wire/letter.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import type { OnProgress } from '../progress.ts';
import { remove } from '../remove.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { type Book, openBook } from './book.ts';
import { tryDeliver } from './deliver.ts';
import { BadRecipientError } from './errors.ts';
import { findShare } from './list-shares.ts';
import { sendLetter } from './mailbox.ts';
import { membersOf } from './members.ts';
import type { ShareNote } from './records.ts';
import { type RekeyPlan, type Rekeyed, planRekey, rekey } from './rekey.ts';
import { versionsOf } from './target.ts';

export interface RevokeOptions {
  /** The beginning of its number, or the name that it is of. */
  readonly share: string;
  /** Everybody when left out. */
  readonly from?: readonly Address[] | undefined;
  /** True: what is stored stays under its keys; whoever has them can read it as long as it lies there. Only later versions are closed to him. */
  readonly keepBytes?: boolean | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Revoked {
  readonly id: string;
  readonly from: readonly Address[];
  /** Null with `keepBytes`. */
  readonly rekeyed: Rekeyed | null;
  /** Shares of the same content that go on, with new grants. */
  readonly renewed: readonly string[];
  /** What did not work and does no harm: a letter that could not be taken back opens nothing any more. */
  readonly notes: readonly string[];
}

/** What it would take; changes nothing. `from` and `rekey` are what `revoke` would do. */
export function planRevoke(client: Client, options: RevokeOptions): Promise<{ readonly id: string; readonly from: readonly Address[]; readonly rekey: RekeyPlan | null }> {
  return abortable('Planning a revocation', options.signal, async () => {
    const book = await openBook(client, options.signal);
    const note = findShare(book, options.share);
    return { id: note.id, from: gone(book, note, options.from), rekey: options.keepBytes === true ? null : await planOf(client, note, options.signal) };
  });
}

/**
 * Takes the letters back, stores the content anew under new keys, gives the old bytes up, and gives the remaining recipients new grants. Broken off and run again
 * it goes on. @throws NoSuchShareError, and what storing and retiring throw
 */
export function revoke(client: Client, options: RevokeOptions): Promise<Revoked> {
  const { signal, keepBytes = false } = options;
  return abortable('Revoking', signal, async () => {
    const book = await openBook(client, signal);
    const before = findShare(book, options.share);
    const from = gone(book, before, options.from);
    const plan = keepBytes ? null : (before.rekey ?? (await planOf(client, before, signal)));
    const left = membersOf(book, before).filter(({ address }) => !includes(from, address));
    const isOver = left.length === 0 && (before.secret === null || options.from === undefined);
    const note: ShareNote = {
      ...before,
      recipients: before.recipients.filter(({ address }) => !includes(from, address)),
      except: [...before.except, ...from.filter((address) => !includes(before.except, address))].slice(-256),
      given: before.given.filter((address) => !includes(from, address)),
      state: isOver ? 'revoked' : 'active',
      rekey: plan === null ? null : { names: [...plan.names], bundles: [...plan.bundles], generation: plan.generation },
    };
    // First of all what is to be done: whoever is cut off here goes on where he was.
    await book.save(note);
    const notes: string[] = [];
    for (const address of from) await takeBack(client, book, note, { kind: 'grant', to: address }, signal).catch((error: unknown) => notes.push(`The letter to ${address} could not be taken back: ${messageOf(error)}`));
    if (isOver && note.secret !== null) await takeBack(client, book, note, { kind: 'link', to: client.creator }, signal);
    const rekeyed = plan === null ? null : await rekey(client, plan, options);
    if (isOver && note.stored !== null) await remove(client, { name: note.stored, signal }).catch((error: unknown) => notes.push(messageOf(error)));
    if (isOver) await book.drop(note);
    else await book.save({ ...note, rekey: null });
    const renewed: string[] = [];
    for (const other of book.shares.filter(({ state }) => state === 'active')) {
      const { isNew, failed } = await tryDeliver(client, book, other, { signal });
      if (isNew) renewed.push(other.id);
      notes.push(...failed.map(({ address, reason }) => `${address} has no new grant yet: ${reason}`));
    }
    return { id: note.id, from, rekeyed, renewed, notes };
  });
}

async function planOf(client: Client, note: ShareNote, signal: AbortSignal | undefined): Promise<RekeyPlan> {
  const { version: _, ...target } = note.target;
  const versions = versionsOf(await syncCatalog(client, { signal }), target);
  return planRekey(client, versions.map(({ name }) => name), signal);
}

/** An empty letter above the one that was sent. */
async function takeBack(client: Client, book: Book, note: ShareNote, { kind, to }: { readonly kind: LetterKind; readonly to: Address }, signal: AbortSignal | undefined): Promise<void> {
  const version = note.revision + 1;
  if (kind === 'link') return void (await book.write({ kind, id: note.id, version, value: '' }));
  const letter = await signLetter(client.signer, client.chain.domain, { from: client.creator, to, kind, id: note.id, version, created: Math.floor(Date.now() / 1_000), expiry: 0, value: '' });
  await sendLetter(client, letter, signal);
}

/** @throws BadRecipientError */
function gone(book: Book, note: ShareNote, from: readonly Address[] | undefined): Address[] {
  const members = membersOf(book, note).map(({ address }) => address);
  if (from === undefined) return members;
  // Run again after it was broken off, they are no members any more.
  for (const address of from) if (!includes([...members, ...note.except], address)) throw new BadRecipientError(address, 'this is not shared with it');
  return [...from];
}

function includes(addresses: readonly Address[], address: Address): boolean {
  return addresses.some((one) => isAddressEqual(one, address));
}
