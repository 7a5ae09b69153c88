/** Tells recipients what has changed: new versions, and old ones that lie elsewhere now. */
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import { hasLetters, openBook } from './book.ts';
import { tryDeliver } from './deliver.ts';

export interface Refreshed {
  /** Numbers of the shares that were given anew. */
  readonly refreshed: readonly string[];
  readonly failed: readonly { readonly id: string; readonly address: string; readonly reason: string }[];
}

/** After something was stored: nothing where this home folder knows of no letters, for then nothing is shared from here. What fails is told, not thrown. */
export async function refreshIfShared(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Refreshed> {
  if (!(await hasLetters(client))) return { refreshed: [], failed: [] };
  try {
    return await refreshShares(client, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return { refreshed: [], failed: [{ id: '', address: '', reason: messageOf(error) }] };
  }
}

/** Sends nothing where nothing has changed. @throws RpcUnavailableError, AbortedError */
export function refreshShares(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Refreshed> {
  const { signal } = options;
  return abortable('Refreshing shares', signal, async () => {
    const book = await openBook(client, signal);
    const now = await client.chain.nowSeconds();
    const refreshed: string[] = [];
    const failed: Refreshed['failed'][number][] = [];
    for (const note of book.shares) {
      if (note.state !== 'active' || (note.expiry > 0 && note.expiry <= now)) continue;
      const delivery = await tryDeliver(client, book, note, { signal });
      if (delivery.isNew) refreshed.push(note.id);
      failed.push(...delivery.failed.map(({ address, reason }) => ({ id: note.id, address, reason })));
    }
    return { refreshed, failed };
  });
}
