/** What this wallet shares, and with whom. */
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { type Book, openBook } from './book.ts';
import { NoSuchShareError } from './errors.ts';
import { linkText } from './link.ts';
import { membersOf } from './members.ts';
import type { ShareNote, ShareTarget } from './records.ts';
import { digestOf, versionsOf } from './target.ts';

export interface OwnShare {
  readonly id: string;
  readonly target: ShareTarget;
  readonly groups: readonly string[];
  readonly recipients: readonly { readonly address: string; /** False: it could not be told so far. */ readonly hasNewest: boolean }[];
  readonly link: string | undefined;
  readonly created: number;
  readonly expiry: number;
  /** True: what is stored has changed or moved since; `refreshShares` tells the recipients. */
  readonly isStale: boolean;
  /** True: a re-keying was broken off; `revoke` goes on with it. */
  readonly isRekeying: boolean;
}

/** In the order of their times. */
export function listShares(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<OwnShare[]> {
  return abortable('Listing what is shared', options.signal, async () => {
    const catalog = await syncCatalog(client, options);
    const book = await openBook(client, options.signal);
    return book.shares.filter(({ state, rekey }) => state === 'active' || rekey !== null).map((note) => {
      const { id, target, groups, secret, created, expiry, rekey } = note;
      const isStale = note.digest !== digestOf(target, versionsOf(catalog, target));
      const has = new Set(note.given.map((address) => address.toLowerCase()));
      return {
        id, target, groups, created, expiry, isStale,
        recipients: membersOf(book, note).map(({ address }) => ({ address, hasNewest: !isStale && has.has(address.toLowerCase()) })),
        link: secret === null || note.state !== 'active' ? undefined : linkText({ owner: client.creator, id, secret }),
        isRekeying: rekey !== null,
      };
    });
  });
}

/** By the beginning of its number, or by the name that it is of where only one is. @throws NoSuchShareError */
export function findShare(book: Pick<Book, 'shares'>, text: string): ShareNote {
  const live = book.shares.filter(({ state, rekey }) => state === 'active' || rekey !== null);
  const byId = live.filter(({ id }) => text.length >= 4 && id.toLowerCase().startsWith(text.toLowerCase()));
  const found = byId.length > 0 ? byId : live.filter(({ target }) => target.name === text);
  const [only] = found;
  if (only === undefined) throw new NoSuchShareError(text, 'you share nothing of this number or name');
  if (found.length > 1) throw new NoSuchShareError(text, `${found.length} shares are of it; give the beginning of one's number`);
  return only;
}
