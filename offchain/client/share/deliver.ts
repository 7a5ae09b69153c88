/** Gives the recipients of a share what it stands for today: closed for each of them, signed, and left at the heavy nodes. */
import { hexToBytes, isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { encodeGrant } from '../../codec/grant.ts';
import { wrapKey } from '../../codec/grant-box.ts';
import { type Letter, signLetter } from '../../wire/letter.ts';
import type { PublicLocation } from '../../wire/named.ts';
import { bytesSource } from '../bytes-source.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import { locate } from '../named/locate.ts';
import { put } from '../put.ts';
import { syncCatalog } from '../sync-catalog.ts';
import type { Book } from './book.ts';
import { buildGrant } from './build-grant.ts';
import { INLINE_BYTES, type GrantHead, closeGrant, grantValue, linkBodyKey, partiesOf } from './grant-value.ts';
import { sendLetter } from './mailbox.ts';
import { membersOf } from './members.ts';
import type { Recipient, ShareNote } from './records.ts';
import { findShareKey } from './share-key.ts';
import { OWN_PREFIX, digestOf, versionsOf } from './target.ts';

export interface Delivery {
  readonly note: ShareNote;
  readonly head: GrantHead;
  /** False: everybody has it already. */
  readonly isNew: boolean;
  readonly letters: readonly Letter[];
  /** Who could not be given it, and why; it is tried again by `refreshShares`. */
  readonly failed: readonly { readonly address: Address; readonly error: unknown; readonly reason: string }[];
}

const NOTHING: GrantHead = { label: '', objects: 0, sizeBytes: 0 };

/**
 * A new revision for everybody when the content changed or moved, or when somebody lacks it. The note is saved before anything is sent: a share that was given and
 * forgotten could not be taken back, and a revision that was used twice would use a link's key twice.
 * @throws NothingToShareError, and for a new share with addresses of which none can be given anything, what the first one failed with
 */
export async function deliver(client: Client, book: Book, note: ShareNote, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Delivery> {
  const { signal } = options;
  const { platform, creator, chain } = client;
  const versions = versionsOf(await syncCatalog(client, { signal }), note.target);
  const digest = digestOf(note.target, versions);
  const members = membersOf(book, note);
  const isGiven = note.digest === digest && members.every(({ address }) => includes(note.given, address));
  // Nothing is there to be read any more: what was given shows nothing either.
  if (isGiven || versions.length === 0) return { note, head: NOTHING, isNew: false, letters: [], failed: [] };
  const failed: Delivery['failed'][number][] = [];
  const fail = (address: Address) => (error: unknown): undefined => {
    signal?.throwIfAborted();
    failed.push({ address, error, reason: messageOf(error) });
  };
  const keys = await Promise.all(members.map(async (member) => ({ address: member.address, publicKey: await publicKeyOf(client, member, signal).catch(fail(member.address)) })));
  const [first] = failed;
  if (first !== undefined && note.revision === 0 && note.secret === null && failed.length === members.length) throw first.error;
  const grant = await buildGrant(client, note.target, versions, signal);
  const head = { label: grant.label, objects: grant.objects.length, sizeBytes: grant.objects.flatMap(({ manifest }) => manifest.entries).reduce((sum, { size }) => sum + size, 0) };
  const revision = note.revision + 1;
  const secret = note.secret === null ? undefined : hexToBytes(note.secret);
  const bodyKey = secret === undefined ? platform.randomBytes(32) : await linkBodyKey(platform, { secret, id: note.id, version: revision });
  await book.save({ ...note, revision, digest: '' });
  const closed = await closeGrant(platform, { bodyKey, head, bytes: encodeGrant(grant) });
  const { body, stored } = await placeBody(client, note, closed.body, signal);
  const letters: Letter[] = [];
  const given: Address[] = [];
  const created = Math.floor(Date.now() / 1_000);
  const common = { from: creator, id: note.id, version: revision, created, expiry: note.expiry };
  if (secret !== undefined) letters.push(await book.write({ kind: 'link', id: note.id, version: revision, expiry: note.expiry, value: grantValue({ head: closed.head, body }) }));
  for (const { address, publicKey } of keys) {
    if (publicKey === undefined) continue;
    const wrapped = await wrapKey(platform, { publicKey, parties: partiesOf({ from: creator, to: address }), bodyKey });
    const letter = await signLetter(client.signer, chain.domain, { ...common, to: address, kind: 'grant', value: grantValue({ head: closed.head, body }, wrapped) });
    letters.push(letter);
    const taken = await sendLetter(client, letter, signal).catch(fail(address));
    if (taken !== undefined) given.push(address);
  }
  const after: ShareNote = { ...note, revision, digest, given, stored: stored ?? note.stored };
  await book.save(after);
  return { note: after, head, isNew: true, letters, failed };
}

async function publicKeyOf(client: Client, { address, publicKey }: Recipient, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return publicKey === undefined ? findShareKey(client, address, signal) : hexToBytes(publicKey);
}

/** What is too large for a letter is stored as a public file of closed bytes: whoever opens the letter finds it. */
async function placeBody(client: Client, { id, target }: ShareNote, body: Uint8Array, signal: AbortSignal | undefined): Promise<{ body: Uint8Array | PublicLocation; stored?: string }> {
  if (body.length <= INLINE_BYTES) return { body };
  const stored = `${OWN_PREFIX}grants/${id.slice(2, 18)}`;
  const agreement = versionsOf(await syncCatalog(client, { signal }), target)[0]?.ref.agreement;
  await put(client, { source: bytesSource({ path: 'grant', bytes: body }), name: stored, agreement, visibility: 'public', signal });
  return { body: await locate(client, { name: stored, signal }), stored };
}

/** As `deliver`; what fails is told and does not stop other shares. */
export async function tryDeliver(client: Client, book: Book, note: ShareNote, options: { readonly signal?: AbortSignal | undefined }): Promise<Pick<Delivery, 'isNew' | 'failed'>> {
  try {
    return await deliver(client, book, note, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return { isNew: false, failed: membersOf(book, note).map(({ address }) => ({ address, error, reason: messageOf(error) })) };
  }
}

function includes(addresses: readonly Address[], address: Address): boolean {
  return addresses.some((one) => isAddressEqual(one, address));
}
