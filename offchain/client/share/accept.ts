/** What others have shared with this wallet: taking a grant that came by another way, listing, reading. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import type { Grant } from '../../codec/grant.ts';
import { Letter, checkLetter } from '../../wire/letter.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import { type Book, openBook } from './book.ts';
import { BadGrantError, NoSuchShareError } from './errors.ts';
import { bodyKeyOf, openGrantBody, openHead } from './grant-value.ts';
import { decodeText } from './letter-text.ts';
import { GRANT_PREFIX } from './share.ts';
import { ownCard } from './share-key.ts';

export interface ReceivedShare {
  readonly id: string;
  readonly from: Address;
  readonly label: string;
  readonly objects: number;
  readonly sizeBytes: number;
  /** Unix seconds; the expiry 0: never. */
  readonly created: number;
  readonly expiry: number;
  readonly revision: number;
  /** Why it cannot be opened, where that is so; the fields above then say nothing. */
  readonly problem?: string;
}

/** Takes the text of a grant. @throws BadGrantError when it is not whole, not signed by whom it names, expired, taken back, or for somebody else */
export function acceptGrant(client: Client, options: { readonly text: string; readonly signal?: AbortSignal | undefined }): Promise<ReceivedShare> {
  const { text, signal } = options;
  return abortable('Accepting a grant', signal, async () => {
    const letter = Letter.safeParse(await decodeText(client.platform, GRANT_PREFIX, text)).data;
    if (letter === undefined || letter.kind !== 'grant') throw new BadGrantError('it is not the text of a grant, or a part of it is missing');
    await checkLetter(client.chain.domain, letter).catch((cause: unknown) => {
      throw new BadGrantError(messageOf(cause), { cause });
    });
    if (!isAddressEqual(letter.to, client.creator)) throw new BadGrantError(`it is for ${letter.to}, and this wallet is ${client.creator}`);
    if (letter.expiry > 0 && letter.expiry <= (await client.chain.nowSeconds())) throw new BadGrantError('it has expired');
    const book = await openBook(client, signal);
    const newest = book.letter(letter);
    if (newest !== undefined && newest.version > letter.version) {
      if (newest.value === '') throw new BadGrantError('it was taken back');
      return received(client, newest);
    }
    const share = await received(client, letter);
    if (share.problem !== undefined) throw new BadGrantError(share.problem);
    await book.keep(letter);
    return share;
  });
}

/** Newest first. Tells the heavy nodes the own key on the way, so that others find it. */
export async function listReceived(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ReceivedShare[]> {
  return [...(await readReceived(client, options)).shares];
}

/** The same. `isComplete` false: too few heavy nodes answered, so there may be more, and the own key may be known to nobody. */
export function readReceived(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<{ readonly shares: readonly ReceivedShare[]; readonly isComplete: boolean }> {
  return abortable('Listing what others share', options.signal, async () => {
    const book = await openBook(client, options.signal);
    await ownCard(client, book);
    const now = await client.chain.nowSeconds();
    const shares = await Promise.all(book.grants.filter(({ expiry }) => expiry === 0 || expiry > now).map((letter) => received(client, letter)));
    return { shares, isComplete: book.isComplete };
  });
}

/** `share`: its id, or the beginning of it, or its label where only one has it. @throws NoSuchShareError, BadGrantError */
export async function openReceived(client: Client, book: Book, share: string, signal?: AbortSignal): Promise<Grant> {
  const now = await client.chain.nowSeconds();
  const live = book.grants.filter(({ expiry }) => expiry === 0 || expiry > now);
  const byId = live.filter(({ id }) => share.length >= 4 && id.toLowerCase().startsWith(share.toLowerCase()));
  const found = byId.length > 0 ? byId : await withLabel(client, live, share);
  const [letter] = found;
  if (letter === undefined) throw new NoSuchShareError(share, 'nobody shares this with you, or no longer');
  if (found.length > 1) throw new NoSuchShareError(share, `${found.length} shares are called like this; give the beginning of one's number`);
  const { exchange } = await client.secrets.sharing();
  return openGrantBody(client, letter, await bodyKeyOf(client.platform, letter, exchange), signal);
}

async function withLabel(client: Client, letters: readonly Letter[], label: string): Promise<Letter[]> {
  const labels = await Promise.all(letters.map(async (letter) => ({ letter, share: await received(client, letter) })));
  return labels.filter(({ share }) => share.problem === undefined && share.label === label).map(({ letter }) => letter);
}

async function received(client: Client, letter: Letter): Promise<ReceivedShare> {
  const { id, from, created, expiry, version: revision } = letter;
  const facts = { id, from, created, expiry, revision };
  try {
    const { exchange } = await client.secrets.sharing();
    return { ...facts, ...(await openHead(client.platform, letter, await bodyKeyOf(client.platform, letter, exchange))) };
  } catch (error) {
    return { ...facts, label: '', objects: 0, sizeBytes: 0, problem: messageOf(error) };
  }
}
