/** Writes what a manifest names, all of it or a part, into a folder. */
import type { SourceObject } from '../codec/archive.ts';
import { readFile } from '../codec/decode.ts';
import type { CodecKeys } from '../codec/keys.ts';
import type { Manifest, ManifestEntry } from '../codec/manifest.ts';
import { type RestoreResult, restoreInto } from '../codec/restore-node.ts';
import type { ChunkRef } from '../codec/types.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError, RestoreFailedError } from './errors.ts';
import { chunkOpener } from './fetch/chunk-opener.ts';
import { ReadAhead } from './fetch/read-ahead.ts';
import type { OnProgress } from './progress.ts';

/** Above this, whole stripe units are fetched: nearly every byte of them will be needed. */
const WHOLE_UNITS_FROM_BYTES = 4 << 20;
const WHOLE_UNITS_FROM_FILES = 16;

export interface RestoreRequest {
  /** What messages call it. */
  readonly name: string;
  /** A folder; made when it is not there. */
  readonly into: string;
  /** Only this file or folder inside the object; it keeps its path. */
  readonly path?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `keys` null: of public objects. */
export type RestoreContext = Pick<Client, 'platform' | 'pool' | 'reader' | 'policy'> & { readonly keys: CodecKeys | null };

/** @throws NoSuchObjectError when nothing is at `path`, RestoreFailedError when no file could be restored */
export async function restoreManifest(context: RestoreContext, manifest: Manifest, request: RestoreRequest): Promise<RestoreResult & { readonly bytes: number }> {
  const { platform, pool, reader, policy, keys } = context;
  const { name, into, onProgress, signal } = request;
  const entries = selected(manifest, request);
  const totalBytes = entries.reduce((sum, entry) => sum + entry.size, 0);
  const files = entries.filter(({ kind }) => kind === 'file').length;
  const wholeUnits = totalBytes >= WHOLE_UNITS_FROM_BYTES || files >= WHOLE_UNITS_FROM_FILES;
  const locations = entries.flatMap(({ chunks }) => chunks.map((index) => manifest.chunks[index] as ChunkRef));
  const ahead = new ReadAhead((location) => reader.lendRecord(location, { signal, wholeUnits }), locations, policy.readAheadBytes);
  const openChunk = chunkOpener({ pool, platform, lend: (location) => ahead.read(location) });
  const decode = { platform, keys, source: reader.source({ signal }), openChunk, signal };
  let doneBytes = 0;
  const result = await restoreInto(into, objectsOf(entries, (entry) => counted(readFile(decode, { manifest, entry }), (sizeBytes) => {
    doneBytes += sizeBytes;
    onProgress?.({ stage: 'restore', doneBytes, totalBytes });
  })), { signal }).finally(() => ahead.close());
  const [first] = result.failed;
  if (first !== undefined && result.restored === 0) throw new RestoreFailedError(name, result.failed.length, first.error);
  return { ...result, bytes: doneBytes };
}

/** The entries at and below `path`; the folders above it are made without their attributes. */
function selected({ entries }: Manifest, { name, path }: RestoreRequest): readonly ManifestEntry[] {
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
