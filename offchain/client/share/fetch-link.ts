/** Reading what a link shows into a folder: for anybody, without a wallet where reads are free. */
import { abortable } from '../aborting.ts';
import type { PublicReader } from '../named/public-reader.ts';
import type { OnProgress } from '../progress.ts';
import { type FetchedShare, fetchGrant } from './fetch-grant.ts';
import { openLink } from './open-link.ts';

/** @throws BadLinkError, LinkGoneError, BadGrantError, UnrecoverableError, NoHolderAnsweredError, RpcUnavailableError */
export function fetchLink(reader: PublicReader, options: { readonly link: string; readonly into: string; readonly path?: string | undefined; readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined }): Promise<FetchedShare> {
  return abortable('Fetching what a link shows', options.signal, async () => fetchGrant(reader, await openLink(reader, options), options));
}
