/** Reading into a folder what others share. */
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import type { OnProgress } from '../progress.ts';
import { openReceived } from './accept.ts';
import { openBook } from './book.ts';
import { type FetchedShare, fetchGrant } from './fetch-grant.ts';

/** `share`: its id, or the beginning of it, or its label where only one has it. @throws NoSuchShareError, BadGrantError, UnrecoverableError, RpcUnavailableError */
export function fetchShared(client: Client, options: { readonly share: string; readonly into: string; readonly path?: string | undefined; readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined }): Promise<FetchedShare> {
  const { share, signal } = options;
  return abortable(`Fetching what is shared as ${JSON.stringify(share)}`, signal, async () => fetchGrant(client, await openReceived(client, await openBook(client, signal), share, signal), options));
}
