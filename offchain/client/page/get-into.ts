/** Fetching what is stored into a sink of a page. */
import type { SourceObject } from '../../codec/archive.ts';
import type { ManifestSource } from '../../codec/manifest.ts';
import type { Client } from '../client.ts';
import { RestoreFailedError } from '../errors.ts';
import { type FetchedVersion, fetchVersion } from '../fetch-version.ts';
import { type RestoreContext, type Selection, readEntries, selectEntries } from '../read-entries.ts';
import type { Sink } from './sink.ts';

export interface GetIntoOptions extends Selection {
  /** Or a ContentID. Counted from 1; the newest when left out. */
  readonly version?: number | undefined;
  readonly sink: Sink;
}

export interface SunkEntries {
  readonly restored: number;
  readonly bytes: number;
  /** What is not there, and why. Links are among them: browsers know none. */
  readonly failed: readonly { readonly path: string; readonly error: unknown }[];
}

export interface GetIntoResult extends SunkEntries, FetchedVersion {}

/**
 * Each file whole or not at all; what could not be fetched is in `failed`, the rest is there.
 * @throws NoSuchObjectError, RestoreFailedError when no file could be restored, WrongKeyError, RpcUnavailableError, AbortedError
 */
export function getInto(client: Client, options: GetIntoOptions): Promise<GetIntoResult> {
  return fetchVersion(client, options, (context, manifest) => sinkManifest(context, manifest, options));
}

/** What a manifest names, all of it or a part. */
export async function sinkManifest(context: RestoreContext, manifest: Pick<ManifestSource, 'visibility' | 'entries' | 'chunks'>, options: Selection & { readonly sink: Sink }): Promise<SunkEntries> {
  const { name, sink, signal } = options;
  const entries = selectEntries(manifest, options);
  const reading = readEntries(context, { manifest, entries, ...options });
  const failed: { path: string; error: unknown }[] = [];
  let restored = 0;
  try {
    for await (const object of reading.objects()) {
      signal?.throwIfAborted();
      try {
        await sinkOne(sink, object);
        restored++;
      } catch (error) {
        signal?.throwIfAborted();
        failed.push({ path: object.path, error });
      }
    }
  } finally {
    reading.close();
  }
  const [first] = failed;
  if (first !== undefined && restored === 0) throw new RestoreFailedError(name, failed.length, first.error);
  return { restored, bytes: reading.doneBytes(), failed };
}

async function sinkOne(sink: Sink, object: SourceObject): Promise<void> {
  if (object.kind === 'folder') return sink.folder?.(object);
  if (object.kind === 'symlink') throw new Error('a browser cannot make links');
  const file = await sink.file(object);
  try {
    for await (const bytes of object.open()) await file.write(bytes);
    await file.close();
  } catch (error) {
    await file.abort().catch(() => undefined);
    throw error;
  }
}
