/** Fetching what is stored: by name, all of it or a part, into a folder. */
import type { SourceObject } from '../codec/archive.ts';
import { readFile, readManifest } from '../codec/decode.ts';
import type { Manifest, ManifestEntry } from '../codec/manifest.ts';
import { type RestoreResult, restoreInto } from '../codec/restore-node.ts';
import type { ChunkRef } from '../codec/types.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError, RestoreFailedError } from './errors.ts';
import { chunkOpener } from './fetch/chunk-opener.ts';
import type { AvoidedProvider } from './fetch/health.ts';
import { ReadAhead } from './fetch/read-ahead.ts';
import { findVersion } from './find-version.ts';
import type { OnProgress } from './progress.ts';

export interface GetOptions {
  readonly name: string;
  /** A folder; made when it is not there. */
  readonly into: string;
  /** Counted from 1; the newest when left out. */
  readonly version?: number | undefined;
  /** Only this file or folder inside the object; it keeps its path. */
  readonly path?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GetResult extends RestoreResult {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  readonly bytes: number;
  /** Providers that were left alone because they failed, lied or were slow. */
  readonly avoided: readonly AvoidedProvider[];
}

/** Above this, whole stripe units are fetched: nearly every byte of them will be needed. */
const WHOLE_UNITS_FROM_BYTES = 4 << 20;
const WHOLE_UNITS_FROM_FILES = 16;

/**
 * Writes each file whole or not at all. Files that could not be restored are listed in `failed`; the others are there.
 * @throws NoSuchObjectError, RestoreFailedError when no file could be restored, WrongKeyError, RpcUnavailableError, AbortedError
 */
export function get(client: Client, options: GetOptions): Promise<GetResult> {
  const { name, into, onProgress, signal } = options;
  return abortable(`Fetching ${JSON.stringify(name)}`, signal, async () => {
    const { ref, version } = await findVersion(client, options);
    const { platform, pool, reader } = client;
    const keys = await client.secrets.keys();
    const manifest = await readManifest({ platform, keys, source: reader.source({ signal }), signal }, ref);
    const entries = selected(manifest, options);
    const totalBytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    const files = entries.filter(({ kind }) => kind === 'file').length;
    const wholeUnits = totalBytes >= WHOLE_UNITS_FROM_BYTES || files >= WHOLE_UNITS_FROM_FILES;
    const locations = entries.flatMap(({ chunks }) => chunks.map((index) => manifest.chunks[index] as ChunkRef));
    const ahead = new ReadAhead((location) => reader.lendRecord(location, { signal, wholeUnits }), locations, client.policy.readAheadBytes);
    const openChunk = chunkOpener({ pool, platform, lend: (location) => ahead.read(location) });
    const context = { platform, keys, source: reader.source({ signal }), openChunk, signal };
    let doneBytes = 0;
    const result = await restoreInto(into, objectsOf(entries, (entry) => counted(readFile(context, { manifest, entry }), (sizeBytes) => {
      doneBytes += sizeBytes;
      onProgress?.({ stage: 'restore', doneBytes, totalBytes });
    })), { signal }).finally(() => ahead.close());
    const [first] = result.failed;
    if (first !== undefined && result.restored === 0) throw new RestoreFailedError(name, result.failed.length, first.error);
    return { ...result, name, version, contentId: ref.contentId, bytes: doneBytes, avoided: client.avoided() };
  });
}

/** The entries at and below `path`; the folders above it are made without their attributes. */
function selected({ entries }: Manifest, { name, path }: GetOptions): readonly ManifestEntry[] {
  if (path === undefined || path === '') return entries;
  const prefix = path.replace(/\/+$/, '');
  const found = entries.filter((entry) => entry.path === prefix || entry.path.startsWith(`${prefix}/`));
  if (found.length === 0) throw new NoSuchObjectError(`${name}: ${path}`, 'the object holds no such path');
  return found;
}

async function* objectsOf(entries: readonly ManifestEntry[], open: (entry: ManifestEntry) => AsyncIterable<Uint8Array>): AsyncGenerator<SourceObject, void> {
  for (const entry of entries) yield { ...entry, open: () => open(entry) };
}

async function* counted(bytes: AsyncIterable<Uint8Array>, count: (sizeBytes: number) => void): AsyncGenerator<Uint8Array, void> {
  for await (const part of bytes) {
    const sizeBytes = part.length;
    yield part;
    count(sizeBytes);
  }
}
