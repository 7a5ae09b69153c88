/** From stored records back to catalog, manifests and files. Everything is verified before it is handed out. */
import type { SourceObject } from './archive.ts';
import { equal, join } from './bytes.ts';
import { type Catalog, decodeCatalog, resolveCatalog } from './catalog.ts';
import { mapRows } from './cbor-writer.ts';
import { type ChunkList, type Home, resolveRef } from './chunk-ref.ts';
import { refsFromCbor } from './chunk-ref-codec.ts';
import type { CatalogLocator } from './footer.ts';
import { CodecInputError, MalformedError, WrongKeyError } from './format-errors.ts';
import type { CodecKeys, RecordKeys } from './keys.ts';
import type { ManifestRef, Visibility } from './manifest-ref.ts';
import { type Manifest, type ManifestEntry, type ManifestSource, contentRoot, decodeManifest, decodeManifestChunks, decodeManifestTables } from './manifest.ts';
import { mapAhead } from './map-ahead.ts';
import { openRecord } from './open-record.ts';
import type { Pages } from './pages.ts';
import { decodeCbor } from './strict-cbor.ts';
import type { ChunkRef, Platform, RecordLocation } from './types.ts';

/** Gives the stored bytes of a record, `storedSize` of them, from wherever they are. */
export interface RecordSource {
  read(location: RecordLocation): Promise<Uint8Array>;
}

/** A chunk's plain bytes, verified; valid until `release`. */
export interface OpenedChunk {
  readonly plain: Uint8Array;
  release(): void;
}

export interface DecodeContext {
  readonly platform: Platform;
  /** Null is enough for public objects. */
  readonly keys: CodecKeys | null;
  readonly source: RecordSource;
  /** Opens the chunks of files in place of `source`: for who has threads, and memory that is used again. `keys` null: public data. */
  readonly openChunk?: ((keys: RecordKeys | null, ref: ChunkRef) => Promise<OpenedChunk>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads that may be under way at once. */
const READ_AHEAD = 4;
/** Chunks that are opened at once on other threads: enough for each core to have the next one waiting. */
const OPEN_AHEAD = 6;

/** The catalog that a footer points to, resolved against `home`: the bundle that the footer closed. */
export async function readCatalog(context: DecodeContext, options: { locator: CatalogLocator; home: Home }): Promise<Catalog> {
  const { locator, home } = options;
  const keys = domain(context, 'manifest', 'private');
  const settle = (refs: readonly ChunkRef[]): ChunkRef[] => refs.map((ref) => resolveRef(ref, home));
  let refs = settle(locator.refs);
  if (locator.kind === 'list') refs = settle(refsFromCbor(decodeCbor('list of catalog chunks', await readDocument(context, keys, refs))));
  return resolveCatalog(decodeCatalog(await readDocument(context, keys, refs)), home);
}

/** The manifest, with every location resolved as far as `ref` is. */
export async function readManifest(context: DecodeContext, ref: ManifestRef): Promise<Manifest> {
  const manifest = rooted(decodeManifest(await readManifestBytes(context, ref)), ref);
  return { ...manifest, chunks: manifest.chunks.map((chunk) => resolveRef(chunk, ref)) };
}

/** As `readManifest`, with entries and chunks in columns: of many files, for who asks for one after the other. */
export async function readManifestTables(context: DecodeContext, ref: ManifestRef, pages?: Pages): Promise<ManifestSource> {
  const manifest = rooted(decodeManifestTables(await readManifestBytes(context, ref), pages), ref);
  return { ...manifest, chunks: resolved(manifest.chunks, ref) };
}

/** Each as it is asked for. */
function resolved(chunks: ChunkList, home: Home): ChunkList {
  const resolve = (chunk: ChunkRef): ChunkRef => resolveRef(chunk, home);
  return {
    ...mapRows(chunks, resolve),
    at(index) {
      const chunk = chunks.at(index);
      return chunk === undefined ? undefined : resolve(chunk);
    },
  };
}

function rooted<M extends ManifestSource>(manifest: M, ref: ManifestRef): M {
  const root = contentRoot(manifest);
  if (!equal(root, manifest.root) || !equal(root, ref.root)) throw new MalformedError('manifest', 'its entries do not fit its root');
  return manifest;
}

function readManifestBytes(context: DecodeContext, ref: ManifestRef): Promise<Uint8Array> {
  return readDocument(context, domain(context, 'manifest', ref.visibility), ref.chunks);
}

/** Where the chunks of the manifest lie, as `readManifest` says it, without anything of its entries in memory. */
export async function readManifestChunks(context: DecodeContext, ref: ManifestRef): Promise<ChunkList> {
  return resolved(decodeManifestChunks(await readManifestBytes(context, ref)), ref);
}

/** What of a manifest reading a file takes. */
export type ReadableManifest = Pick<ManifestSource, 'visibility' | 'chunks'>;

/**
 * The bytes [start, end) of a file, all of them when `range` is left out. Only the chunks that the range touches are read.
 * With `openChunk` a piece is valid only until the next one is asked for.
 */
export async function* readFile(
  context: DecodeContext,
  options: { manifest: ReadableManifest; entry: ManifestEntry; range?: { readonly start: number; readonly end: number } | undefined },
): AsyncGenerator<Uint8Array, void> {
  const { manifest, entry } = options;
  const { start, end } = options.range ?? { start: 0, end: entry.size };
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end || end > entry.size) {
    throw new CodecInputError(`the range ${start} to ${end} does not lie in a file of ${entry.size} bytes`);
  }
  const keys = domain(context, 'content', manifest.visibility);
  const pieces = touched(manifest, entry, { start, end });
  const { openChunk, signal } = context;
  if (openChunk === undefined) {
    return yield* mapAhead(pieces, READ_AHEAD, async ({ ref, from, to }) => part(await readChunk(context, keys, ref), from, to));
  }
  const open = async (ref: ChunkRef): Promise<OpenedChunk> => {
    signal?.throwIfAborted();
    return openChunk(keys, ref);
  };
  const begun = new Set<Promise<OpenedChunk>>();
  const opened = mapAhead(pieces, OPEN_AHEAD, ({ ref, from, to }) => {
    const chunk = open(ref);
    begun.add(chunk);
    return chunk.then(({ plain }) => ({ chunk, bytes: part(plain, from, to) }));
  });
  try {
    for await (const { chunk, bytes } of opened) {
      yield bytes;
      begun.delete(chunk);
      (await chunk).release();
    }
  } finally {
    // Whoever leaves early leaves nothing behind.
    for (const chunk of begun) chunk.then((one) => one.release(), () => undefined);
  }
}

function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}

/** The objects of a manifest with their bytes, ready for `restoreInto`. */
export async function* manifestObjects(context: DecodeContext, manifest: ManifestSource): AsyncGenerator<SourceObject, void> {
  for (const entry of manifest.entries) {
    const { chunks: _, ...info } = entry;
    yield { ...info, open: () => readFile(context, { manifest, entry }) };
  }
}

function* touched(manifest: ReadableManifest, entry: ManifestEntry, range: { start: number; end: number }): Generator<{ ref: ChunkRef; from: number; to: number }> {
  let at = 0;
  for (const index of entry.chunks) {
    const ref = manifest.chunks.at(index);
    if (ref === undefined) throw new CodecInputError('the entry does not belong to this manifest');
    const from = Math.max(0, range.start - at);
    const to = Math.min(ref.size, range.end - at);
    if (from < to) yield { ref, from, to };
    at += ref.size;
    if (at >= range.end) return;
  }
}

async function readDocument(context: DecodeContext, keys: RecordKeys | null, refs: readonly ChunkRef[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of mapAhead(refs, READ_AHEAD, (ref) => readChunk(context, keys, ref))) parts.push(part);
  return join(parts);
}

async function readChunk({ platform, source, signal }: DecodeContext, keys: RecordKeys | null, ref: ChunkRef): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const { chunkId, size, method } = ref;
  return openRecord(platform, { keys, chunkId, size, method, stored: await source.read(ref) });
}

function domain({ keys }: DecodeContext, which: 'content' | 'manifest', visibility: Visibility): RecordKeys | null {
  if (visibility === 'public') return null;
  if (keys === null) throw new WrongKeyError('private object (no key was given)');
  return keys[which];
}
