/** What is inside of a stored object, from its manifest alone: no file is read. */
import { readManifest } from '../codec/decode.ts';
import type { ObjectInfo } from '../codec/archive.ts';
import type { ManifestRef } from '../codec/manifest-ref.ts';
import type { Manifest } from '../codec/manifest.ts';
import { mapAhead } from '../codec/map-ahead.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { messageOf } from './errors.ts';
import { findVersion } from './find-version.ts';
import { selectEntries } from './read-entries.ts';
import { syncCatalog } from './sync-catalog.ts';

export interface InsideEntry extends ObjectInfo {
  /** Bytes of its chunks as they are stored; one that several files share counts for each of them. */
  readonly storedBytes: number;
}

export interface Inside {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  readonly entries: readonly InsideEntry[];
}

/** @throws NoSuchObjectError, WrongKeyError, RpcUnavailableError, AbortedError */
export function listInside(client: Client, options: { readonly name: string; readonly version?: number | undefined; readonly path?: string | undefined; readonly signal?: AbortSignal | undefined }): Promise<Inside> {
  const { signal } = options;
  return abortable(`Looking into ${JSON.stringify(options.name)}`, signal, async () => {
    const { ref, name, version } = await findVersion(client, options);
    const manifest = await manifestOf(client, ref, signal);
    const entries = selectEntries(manifest, { name, path: options.path }).map(({ chunks, ...info }): InsideEntry => ({ ...info, storedBytes: chunks.reduce((sum, i) => sum + (manifest.chunks[i]?.storedSize ?? 0), 0) }));
    return { name, version, contentId: ref.contentId, entries };
  });
}

export interface VersionSize {
  readonly files: number;
  readonly sizeBytes: number;
  /** Of its distinct chunks, whichever version stored them. */
  readonly storedBytes: number;
}

const AT_ONCE = 8;

/** Of the newest version of every name; a sentence where a manifest cannot be read. One manifest is read for each name. */
export function sizesOf(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Map<string, VersionSize | string>> {
  const { signal } = options;
  return abortable('Listing', signal, async () => {
    const { names } = await syncCatalog(client, options);
    const newest = [...names].flatMap(([name, versions]) => {
      const one = versions.at(-1);
      return one?.kind === 'stored' ? [{ name, ref: one.manifest }] : [];
    });
    const sizes = new Map<string, VersionSize | string>();
    for await (const [name, size] of mapAhead(newest, AT_ONCE, async ({ name, ref }) => [name, await sizeOf(client, ref, signal)] as const)) sizes.set(name, size);
    return sizes;
  });
}

async function sizeOf(client: Client, ref: ManifestRef, signal: AbortSignal | undefined): Promise<VersionSize | string> {
  try {
    const { entries, chunks } = await manifestOf(client, ref, signal);
    return {
      files: entries.filter(({ kind }) => kind === 'file').length,
      sizeBytes: entries.reduce((sum, { size }) => sum + size, 0),
      storedBytes: chunks.reduce((sum, { storedSize }) => sum + storedSize, 0),
    };
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  }
}

async function manifestOf({ platform, secrets, reader }: Client, ref: ManifestRef, signal: AbortSignal | undefined): Promise<Manifest> {
  return readManifest({ platform, keys: await secrets.keys(), source: reader.source({ signal }), signal }, ref);
}
