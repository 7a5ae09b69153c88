/** Reads what a manifest names, all of it or a part, file after file. */
import type { SourceObject } from '../codec/archive.ts';
import { type ReadableManifest, readFile } from '../codec/decode.ts';
import { WrongKeyError } from '../codec/format-errors.ts';
import type { CodecKeys } from '../codec/keys.ts';
import type { Rows } from '../codec/cbor-writer.ts';
import type { ManifestEntry } from '../codec/manifest.ts';
import type { Pages } from '../codec/pages.ts';
import type { ChunkKey } from '../codec/open-record.ts';
import type { ChunkRef } from '../codec/types.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError } from './errors.ts';
import { chunkOpener } from './fetch/chunk-opener.ts';
import { ReadAhead } from './fetch/read-ahead.ts';
import type { OnProgress } from './progress.ts';

/** Above this, whole stripe units are fetched: nearly every byte of them will be needed. */
const WHOLE_UNITS_FROM_BYTES = 4 << 20;
const WHOLE_UNITS_FROM_FILES = 16;

/** `keys` null: of public objects. */
export type RestoreContext = Pick<Client, 'platform' | 'pool' | 'reader' | 'policy'> & {
  readonly keys: CodecKeys | null;
  /** For what has to be remembered of every chunk; all in memory when left out. */
  readonly pages?: Pages | undefined;
  /** Of private objects that somebody else shared: each chunk has a key of its own. */
  readonly chunkKeys?: ((ref: ChunkRef) => ChunkKey | undefined) | undefined;
};

/** Which part, and who is told. */
export interface Selection {
  /** What messages call it. */
  readonly name: string;
  /** Only this file or folder inside the object; it keeps its path. */
  readonly path?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EntriesReading {
  /** In order; each may be read once. */
  objects(): AsyncGenerator<SourceObject, void>;
  /** Of files, so far. */
  doneBytes(): number;
  /** To be called whatever happens. */
  close(): void;
}

/** Reads files of a manifest one after the other, ahead of whoever takes them. */
export function readEntries(
  { platform, pool, reader, policy, keys, pages, chunkKeys }: RestoreContext,
  { manifest, entries, onProgress, signal }: Pick<Selection, 'onProgress' | 'signal'> & { readonly manifest: ReadableManifest; readonly entries: Rows<ManifestEntry> },
): EntriesReading {
  let totalBytes = 0;
  let files = 0;
  for (const { kind, size } of entries) {
    totalBytes += size;
    if (kind === 'file') files++;
  }
  const wholeUnits = totalBytes >= WHOLE_UNITS_FROM_BYTES || files >= WHOLE_UNITS_FROM_FILES;
  const ahead = new ReadAhead((location) => reader.lendRecord(location, { signal, wholeUnits }), chunksOf(manifest, entries), policy.readAheadBytes, pages);
  const open = chunkOpener({ pool, platform, lend: (location) => ahead.read(location) });
  const openChunk: typeof open = chunkKeys === undefined ? open : async (_, ref) => {
    const key = chunkKeys(ref);
    if (key === undefined) throw new WrongKeyError('chunk that was not shared');
    return open(key, ref);
  };
  // Each chunk's own key takes the place of the creator's: the decoder need not ask for that.
  const readable: ReadableManifest = chunkKeys === undefined ? manifest : { chunks: manifest.chunks, visibility: 'public' };
  const decode = { platform, keys, source: reader.source({ signal }), openChunk, signal };
  let doneBytes = 0;
  const count = (sizeBytes: number): void => {
    doneBytes += sizeBytes;
    onProgress?.({ stage: 'restore', doneBytes, totalBytes });
  };
  return {
    objects: () => objectsOf(entries, (entry) => counted(readFile(decode, { manifest: readable, entry }), count)),
    doneBytes: () => doneBytes,
    close: () => ahead.close(),
  };
}

function* chunksOf(manifest: ReadableManifest, entries: Rows<ManifestEntry>): Generator<ChunkRef, void> {
  for (const { chunks } of entries) for (const index of chunks) yield manifest.chunks.at(index) as ChunkRef;
}

/** The entries at and below `path`; the folders above it are made without their attributes. */
export function selectEntries<E extends Rows<ManifestEntry>>({ entries }: { readonly entries: E }, { name, path }: Pick<Selection, 'name' | 'path'>): E | ManifestEntry[] {
  if (path === undefined || path === '') return entries;
  const prefix = path.replace(/\/+$/, '');
  const found: ManifestEntry[] = [];
  for (const entry of entries) if (entry.path === prefix || entry.path.startsWith(`${prefix}/`)) found.push(entry);
  if (found.length === 0) throw new NoSuchObjectError(`${name}: ${path}`, 'the object holds no such path');
  return found;
}

async function* objectsOf(entries: Iterable<ManifestEntry>, open: (entry: ManifestEntry) => AsyncIterable<Uint8Array>): AsyncGenerator<SourceObject, void> {
  for (const entry of entries) yield { ...entry, open: () => open(entry) };
}

async function* counted(bytes: AsyncIterable<Uint8Array>, count: (sizeBytes: number) => void): AsyncGenerator<Uint8Array, void> {
  for await (const part of bytes) {
    const sizeBytes = part.length;
    yield part;
    count(sizeBytes);
  }
}
