/** Sharing what is stored: with addresses and groups, or with whoever has a link. */
import { bytesToHex, isAddressEqual } from 'viem';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { type Book, openBook } from './book.ts';
import { type Delivery, deliver } from './deliver.ts';
import { BadRecipientError, NoSuchGroupError } from './errors.ts';
import { encodeText } from './letter-text.ts';
import { linkText } from './link.ts';
import { membersOf } from './members.ts';
import { RECIPIENTS_MAX, type ShareNote, type ShareTarget } from './records.ts';
import { ownCard, parseRecipient } from './share-key.ts';
import { type SharedVersion, mustHaveVersions } from './target.ts';

/** How the text of a grant begins. */
export const GRANT_PREFIX = 'holdfast-grant:';

export interface ShareOptions {
  readonly target: ShareTarget;
  /** Addresses or cards. */
  readonly to?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  /** A link besides, or instead. */
  readonly withLink?: boolean | undefined;
  /** Unix seconds; never when left out. */
  readonly expirySeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ShareResult {
  readonly id: string;
  readonly label: string;
  readonly objects: number;
  readonly sizeBytes: number;
  readonly given: readonly string[];
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
  /** Recipient and text, to be handed over by other ways. */
  readonly grants: readonly { readonly to: string; readonly text: string }[];
  readonly link: string | undefined;
}

/**
 * The recipients read the newest version whenever `refreshShares` has told them (the CLI does after each `put`), or the one version that is named.
 * What is shared with the same people already is not shared twice.
 * @throws NothingToShareError, BadRecipientError, NoShareKeyError when none of the recipients has one, NoHolderAnsweredError, RpcUnavailableError
 */
export function share(client: Client, options: ShareOptions): Promise<ShareResult> {
  const { target, signal } = options;
  return abortable(`Sharing ${JSON.stringify(target.name)}`, signal, async () => {
    const { book, note: fresh } = await draftShare(client, options);
    await ownCard(client, book);
    const note = book.shares.find((one) => isSame(one, fresh)) ?? fresh;
    // A share that is there already is handed out anew, for the sake of its text.
    const delivery = await deliver(client, book, note === fresh ? note : { ...note, digest: '' }, { signal });
    return resultOf(client, delivery);
  });
}

/** What would be shared, and with whom: nothing is stored or sent. Throws as `share` does for what cannot be shared. */
export async function draftShare(client: Client, options: ShareOptions): Promise<{ readonly book: Book; readonly note: ShareNote; readonly versions: readonly SharedVersion[] }> {
  const { target, signal, withLink = false, expirySeconds = 0 } = options;
  const versions = mustHaveVersions(await syncCatalog(client, { signal }), target);
  const recipients = await Promise.all((options.to ?? []).map((text) => parseRecipient(client, text)));
  if (recipients.some(({ address }) => isAddressEqual(address, client.creator))) throw new BadRecipientError(client.creator, 'it is yourself');
  const book = await openBook(client, signal);
  const groups = [...new Set(options.groups ?? [])].sort();
  for (const group of groups) if (!book.groups.some(({ name }) => name === group)) throw new NoSuchGroupError(group);
  if (!withLink && recipients.length + groups.length === 0) throw new BadRecipientError('', 'name an address, a group, or ask for a link');
  const note: ShareNote = {
    kind: 'share', id: bytesToHex(client.platform.randomBytes(32)), target, recipients, groups, except: [],
    secret: withLink ? bytesToHex(client.platform.randomBytes(32)) : null,
    created: Math.floor(Date.now() / 1_000), expiry: expirySeconds, revision: 0, digest: '', given: [], stored: null, state: 'active', rekey: null,
  };
  if (membersOf(book, note).length > RECIPIENTS_MAX) throw new BadRecipientError('these groups', `a share has at most ${RECIPIENTS_MAX} recipients`);
  return { book, note, versions };
}

async function resultOf(client: Client, { note, head, letters, failed }: Delivery): Promise<ShareResult> {
  return {
    id: note.id,
    ...head,
    given: note.given,
    failed: failed.map(({ address, reason }) => ({ address, reason })),
    grants: await Promise.all(letters.filter(({ kind }) => kind === 'grant').map(async (letter) => ({ to: letter.to, text: await encodeText(client.platform, GRANT_PREFIX, letter) }))),
    link: note.secret === null ? undefined : linkText({ owner: client.creator, id: note.id, secret: note.secret }),
  };
}

function isSame(a: ShareNote, b: ShareNote): boolean {
  const key = ({ target, recipients, groups, expiry, state }: ShareNote) => JSON.stringify([target.name, target.isPrefix, target.path, target.version, recipients.map(({ address }) => address.toLowerCase()).sort(), groups, expiry, state]);
  return a.except.length === 0 && (a.secret === null) === (b.secret === null) && b.secret === null && key(a) === key(b);
}
