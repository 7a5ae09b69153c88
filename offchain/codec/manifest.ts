/** A manifest: one version of one stored object (a file or a tree), with every chunk that makes it up. */
import { sha256 } from '@noble/hashes/sha2.js';
import { type ObjectInfo, assertName, assertSafePath, PATH_MAX_CHARS } from './archive.ts';
import { join } from './bytes.ts';
import { type Rows, encodeCbor, encodeCborPieces, mapRows } from './cbor-writer.ts';
import type { ChunkList } from './chunk-ref.ts';
import { refRowsFromCbor, refsToCbor } from './chunk-ref-codec.ts';
import { EntryTable } from './entry-table.ts';
import { type ManifestRef, type Visibility, contentIdFromCbor, manifestRefFromCbor, manifestRefToCbor } from './manifest-ref.ts';
import type { Pages } from './pages.ts';
import { type Reader, decodeCborRows } from './strict-cbor.ts';
import type { ChunkRef } from './types.ts';

export interface ManifestEntry extends ObjectInfo {
  /** Indices into the manifest's chunk table, in file order. */
  readonly chunks: readonly number[];
}

export interface Manifest {
  readonly v: 1;
  readonly name: string;
  /** Milliseconds since 1970, as the creator said. */
  readonly created: number;
  readonly visibility: Visibility;
  /** The version before this one. */
  readonly parent: ManifestRef | null;
  /** Of public files, their CID in IPFS (./public-cid.ts); null otherwise (the ContentID is then made from the stored manifest itself). */
  readonly contentId: string | null;
  readonly root: Uint8Array;
  readonly entries: readonly ManifestEntry[];
  /** Ordered by first use. */
  readonly chunks: readonly ChunkRef[];
}

/** A manifest to be written, whose entries and chunks need not exist as objects. */
export interface ManifestSource extends Omit<Manifest, 'entries' | 'chunks'> {
  readonly entries: Rows<ManifestEntry>;
  readonly chunks: ChunkList;
}

const KINDS = ['file', 'folder', 'symlink'] as const;
const MODE_MAX = 0o7777;
const MTIME_MAX = 8.64e15;

/** SHA-256 of dag-cbor [visibility, [[kind, path, mode, mtimeMs, size, target or null, chunk ids joined]...]]. */
export function contentRoot(tree: { readonly visibility: Visibility; readonly entries: Rows<ManifestEntry>; readonly chunks: { at(index: number): Pick<ChunkRef, 'chunkId'> | undefined } }): Uint8Array {
  const ids = (indices: readonly number[]): Uint8Array => join(indices.map((i) => idAt(tree.chunks, i)));
  const rows = mapRows(tree.entries, (entry) => [...attributes(entry), ids(entry.chunks)]);
  // Piece by piece, which the platforms' digests do not take.
  const hash = sha256.create();
  for (const piece of encodeCborPieces([tree.visibility, rows])) hash.update(piece);
  return hash.digest();
}

function idAt(chunks: { at(index: number): Pick<ChunkRef, 'chunkId'> | undefined }, index: number): Uint8Array {
  const chunk = chunks.at(index);
  if (chunk === undefined) throw new RangeError(`there is no chunk ${index}`);
  return chunk.chunkId;
}

function attributes(entry: ManifestEntry): unknown[] {
  return [entry.kind, entry.path, entry.mode, entry.mtimeMs, entry.size, entry.target ?? null];
}

export function encodeManifest(manifest: ManifestSource): Uint8Array {
  return encodeCbor(manifestToCbor(manifest));
}

/** The same bytes in pieces, each valid until the next one is asked for. */
export function encodeManifestPieces(manifest: ManifestSource): Iterable<Uint8Array> {
  return encodeCborPieces(manifestToCbor(manifest));
}

function manifestToCbor(manifest: ManifestSource): Readonly<Record<string, unknown>> {
  let next = 0;
  const codes = (indices: readonly number[]): number[] =>
    indices.map((index) => {
      if (index < next) return next - index;
      next++;
      return 0;
    });
  return {
    v: 1,
    name: manifest.name,
    created: manifest.created,
    visibility: manifest.visibility,
    parent: manifest.parent === null ? null : manifestRefToCbor(manifest.parent),
    contentId: manifest.contentId,
    root: manifest.root,
    // Chunks are named by how far back they were first used (0: the next new one): an insertion changes few other bytes,
    // so the manifest of the next version shares most of its chunks with this one.
    entries: mapRows(manifest.entries, (entry) => [...attributes(entry), codes(entry.chunks)]),
    chunks: refsToCbor(manifest.chunks),
  };
}

const FIELDS = ['v', 'name', 'root', 'chunks', 'parent', 'created', 'entries', 'contentId', 'visibility'] as const;

/** Throws MalformedError. Locations still say "this bundle" where the encoder said so. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const entries: ManifestEntry[] = [];
  const manifest = decodeRows(bytes, (entry) => entries.push(entry));
  return { ...manifest, entries, chunks: [...manifest.chunks] };
}

/** As `decodeManifest`, with entries and chunks in columns. */
export function decodeManifestTables(bytes: Uint8Array, pages?: Pages): ManifestSource {
  const entries = new EntryTable(pages);
  const manifest = decodeRows(bytes, ({ chunks, ...info }) => {
    for (const index of chunks) entries.addChunk(index);
    entries.push(info);
  });
  return { ...manifest, entries };
}

/** Where the chunks of a manifest lie, each made when it is asked for; entries are passed over. @throws MalformedError */
export function decodeManifestChunks(bytes: Uint8Array): ChunkList {
  const field = decodeCborRows('manifest', bytes, { fields: FIELDS, rows: 'entries', take: () => undefined });
  return checkedRefs(field.chunks);
}

function decodeRows(bytes: Uint8Array, take: (entry: ManifestEntry) => void): Omit<ManifestSource, 'entries'> {
  const paths = new Set<string>();
  let chunks: ChunkList | undefined;
  let next = 0;
  const field = decodeCborRows('manifest', bytes, {
    fields: FIELDS,
    rows: 'entries',
    take(row, before) {
      chunks ??= before.chunks === undefined ? row.fail('comes before the chunks that it names') : checkedRefs(before.chunks);
      const entry = entryFromCbor(row, chunks, next);
      for (const index of entry.chunks) next = Math.max(next, index + 1);
      if (paths.has(entry.path)) row.fail('repeats a path');
      paths.add(entry.path);
      take(entry);
    },
  });
  field.v.oneOf(1);
  chunks ??= checkedRefs(field.chunks);
  if (next !== chunks.length) field.entries.fail('does not use every chunk');
  return {
    v: 1,
    name: checked(field.name, assertName, 4096),
    created: field.created.integer(0, Number.MAX_SAFE_INTEGER),
    visibility: field.visibility.oneOf('private', 'public'),
    parent: field.parent.isNull() ? null : manifestRefFromCbor(field.parent),
    contentId: field.contentId.isNull() ? null : contentIdFromCbor(field.contentId),
    root: field.root.bytes(32),
    chunks,
  };
}

/** What is wrong with one of them is said now. */
function checkedRefs(reader: Reader): ChunkList {
  const refs = refRowsFromCbor(reader);
  for (const _ of refs);
  return refs;
}

/** `used`: how many chunks the entries before this one use. */
function entryFromCbor(item: Reader, chunks: ChunkList, used: number): ManifestEntry {
  const [kind, path, mode, mtimeMs, size, target, codes] = item.tuple(7) as [Reader, Reader, Reader, Reader, Reader, Reader, Reader];
  let next = used;
  const indices = codes.integers(0, chunks.length).map((code) => (code === 0 ? next++ : next - code));
  let sum = 0;
  for (const index of indices) sum += chunks.at(index)?.size ?? item.fail('names a chunk that is not there');
  const entry: ManifestEntry = {
    path: checked(path, assertSafePath, PATH_MAX_CHARS),
    kind: kind.oneOf(...KINDS),
    mode: mode.integer(0, MODE_MAX),
    mtimeMs: mtimeMs.integer(-MTIME_MAX, MTIME_MAX),
    size: size.integer(0, Number.MAX_SAFE_INTEGER),
    ...(target.isNull() ? {} : { target: target.text(PATH_MAX_CHARS) }),
    chunks: indices,
  };
  if (entry.size !== sum) item.fail('has chunks that do not add up to its size');
  if (entry.kind !== 'file' && indices.length > 0) item.fail('has chunks, but is no file');
  if ((entry.kind === 'symlink') !== (entry.target !== undefined)) item.fail('has a target exactly when it is no symlink');
  return entry;
}

function checked(reader: Reader, assert: (text: string) => void, maxChars: number): string {
  const text = reader.text(maxChars);
  try {
    assert(text);
  } catch (error) {
    return reader.fail(`is refused (${error instanceof Error ? error.message : String(error)})`);
  }
  return text;
}
