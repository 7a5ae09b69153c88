/** Reading in a page what others share: with this wallet, or with whoever has a link. */
import type { Grant } from '../../codec/grant.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import type { PublicReader } from '../named/public-reader.ts';
import type { OnProgress } from '../progress.ts';
import { openReceived } from '../share/accept.ts';
import { openBook } from '../share/book.ts';
import { openLink } from '../share/open-link.ts';
import { chunkKeysOf, readerOf } from '../share/open-shared.ts';
import { type SunkEntries, sinkManifest } from './get-into.ts';
import type { Sink } from './sink.ts';

interface SharedOptions {
  readonly sink: Sink;
  /** Only this file or folder inside. */
  readonly path?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GotShared extends SunkEntries {
  readonly label: string;
  readonly objects: readonly { readonly name: string; readonly version: number }[];
}

/** `share`: its id, or the beginning of it, or its label where only one has it. @throws NoSuchShareError, BadGrantError, RestoreFailedError, UnrecoverableError */
export function getShared(client: Client, options: SharedOptions & { readonly share: string }): Promise<GotShared> {
  const { share, signal } = options;
  return abortable(`Fetching what is shared as ${JSON.stringify(share)}`, signal, async () => sinkGrant(client, await openReceived(client, await openBook(client, signal), share, signal), options));
}

/** @throws BadLinkError, LinkGoneError, BadGrantError, RestoreFailedError, UnrecoverableError */
export function getLink(reader: PublicReader, options: SharedOptions & { readonly link: string }): Promise<GotShared> {
  return abortable('Fetching what a link shows', options.signal, async () => sinkGrant(reader, await openLink(reader, options), options));
}

/** Several objects each go below their own name. */
async function sinkGrant(reader: PublicReader, grant: Grant, options: SharedOptions): Promise<GotShared> {
  const payloads = readerOf(reader, grant);
  const failed: SunkEntries['failed'][number][] = [];
  let restored = 0;
  let bytes = 0;
  for (const object of grant.objects) {
    const { name } = object.manifest;
    const sink = grant.objects.length === 1 ? options.sink : below(options.sink, name);
    const one = await sinkManifest({ ...reader, reader: payloads, keys: null, chunkKeys: chunkKeysOf(object) }, object.manifest, { ...options, name, sink });
    restored += one.restored;
    bytes += one.bytes;
    failed.push(...one.failed);
  }
  return { restored, bytes, failed, label: grant.label, objects: grant.objects.map(({ version, manifest: { name } }) => ({ name, version })) };
}

/** Names of objects may hold what no folder may be called. */
function below(sink: Sink, name: string): Sink {
  const prefix = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..').join('/') || '_';
  return {
    file: (info) => sink.file({ ...info, path: `${prefix}/${info.path}` }),
    folder: async (info) => sink.folder?.({ ...info, path: `${prefix}/${info.path}` }),
  };
}
