/** Bytes of objects, wherever they are: in the spool, or in packs at the providers. */
import { readFile } from '../../codec/decode.ts';
import type { ManifestEntry } from '../../codec/manifest.ts';
import type { ChunkRef } from '../../codec/types.ts';
import type { Client } from '../../client/client.ts';
import { chunkMemory, chunkOpener } from '../../client/fetch/chunk-opener.ts';
import { ReadAhead } from '../../client/fetch/read-ahead.ts';
import type { Store } from '../../store/open.ts';
import type { BufferPool } from '../../wire/buffer-pool.ts';
import { BodyLostError } from './errors.ts';
import { type Packs, bodyPath } from './packs.ts';
import { type Piece, cutPieces } from './records.ts';
import type { Spool } from './spool.ts';

/** From here on whole stripe units, read ahead; below, only the leaves of a chunk or two. */
const LARGE_BYTES = 4 << 20;
/** A body moves from the spool to a pack, or to another one, at most so often while it is being found. */
const LOOKS = 4;

/** Bytes [start, end) of one body. */
interface Slice {
  readonly id: string;
  readonly sizeBytes: number;
  readonly start: number;
  readonly end: number;
}

export interface ReadOptions {
  readonly known?: ReadonlyMap<string, number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const IDS_AT_ONCE = 500;
/** Bodies that are read as one stream. */
const RUN_SLICES = 512;

interface BodiesOptions {
  readonly client: Client;
  readonly store: Store;
  readonly spool: Spool;
  readonly packs: Packs;
}

export class Bodies {
  readonly #options: BodiesOptions;
  /** Chunks opened into new memory had the collector stop many small reads for 10 ms and more. */
  readonly #memory: BufferPool;

  constructor(options: BodiesOptions) {
    this.#options = options;
    this.#memory = chunkMemory(options.client.pool);
  }

  /**
   * Bytes [start, end) of what the pieces are together. A piece of the answer is valid until the next one is asked for. What is deleted or overwritten meanwhile is read to its end.
   * `known`: packs of bodies as they were found before; the object may be deleted while it is read.
   */
  async *read(pieces: readonly Piece[], range: { readonly start: number; readonly end: number }, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void> {
    const release = this.#options.spool.hold(cutPieces(pieces, range).map(([id]) => id));
    try {
      yield* this.#readMoving(pieces, range, options);
    } finally {
      await release();
    }
  }

  async *#readMoving(pieces: readonly Piece[], range: { readonly start: number; readonly end: number }, options: ReadOptions): AsyncGenerator<Uint8Array, void> {
    let { start } = range;
    for (let look = 1; ; look++) {
      const rest = cutPieces(pieces, { start, end: range.end });
      try {
        for await (const piece of this.#readRuns(rest, options)) {
          start += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        options.signal?.throwIfAborted();
        // It was committed, or moved into another pack, while it was looked for or read: it goes on there.
        const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof BodyLostError;
        if (look === LOOKS || !(isGone || (await this.#haveMoved(rest, options)))) throw isGone ? new BodyLostError(rest[0]?.[0] ?? '') : error;
      }
    }
  }

  async *#readRuns(pieces: readonly Piece[], options: ReadOptions): AsyncGenerator<Uint8Array, void> {
    const slices = pieces.map(([id, sizeBytes, start, end]): Slice => ({ id, sizeBytes, start, end }));
    for (let next = 0; next < slices.length; ) {
      options.signal?.throwIfAborted();
      next += yield* this.#readRun(slices, next, options);
    }
  }

  async #haveMoved(pieces: readonly Piece[], { known }: ReadOptions): Promise<boolean> {
    const now = await this.packsOf(pieces);
    return [...now].some(([id, pack]) => known?.get(id) !== undefined && known.get(id) !== pack);
  }

  /** Where bodies lie now. */
  async packsOf(pieces: readonly Piece[]): Promise<ReadonlyMap<string, number>> {
    const ids = pieces.map(([id]) => id);
    const packs = new Map<string, number>();
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const rows = await this.#options.store.objectBody.findMany({ where: { id: { in: ids.slice(at, at + IDS_AT_ONCE) } }, select: { id: true, pack: true } });
      for (const { id, pack } of rows) if (pack !== null) packs.set(id, pack);
    }
    return packs;
  }

  /** Reads from `slices[first]` on as far as one way of reading reaches; returns how many slices that were. */
  async *#readRun(slices: readonly Slice[], first: number, { known, signal }: ReadOptions): AsyncGenerator<Uint8Array, number> {
    const slice = slices[first]!;
    const pack = await this.#packOf(slice.id, known);
    if (pack === null) {
      yield* this.#options.spool.read(slice.id, slice);
      return 1;
    }
    const run = await this.#packedRun(slices, first, pack, known);
    yield* this.#readPacked(run, signal);
    return run.length;
  }

  /** That slice and those behind it that lie in packs too: large objects are then read in one stream, whatever parts they came in. */
  async #packedRun(slices: readonly Slice[], first: number, pack: number, known: ReadonlyMap<string, number> | undefined): Promise<{ slice: Slice; entry: ManifestEntry; chunks: readonly ChunkRef[] }[]> {
    const { packs } = this.#options;
    const some = slices.slice(first, first + RUN_SLICES);
    const found = some.length === 1 ? known : await this.packsOf(some.map(({ id, sizeBytes }) => [id, sizeBytes, 0, sizeBytes]));
    const run: { slice: Slice; entry: ManifestEntry; chunks: readonly ChunkRef[] }[] = [];
    for (const slice of some) {
      const number = run.length === 0 ? pack : (found?.get(slice.id) ?? known?.get(slice.id) ?? 0);
      if (number === 0) break;
      const { manifest, entries } = await packs.open(number);
      const entry = entries.get(bodyPath(slice.id));
      if (entry?.size !== slice.sizeBytes) {
        packs.forget(number);
        if (run.length > 0) break;
        throw new BodyLostError(slice.id);
      }
      run.push({ slice, entry, chunks: entry.chunks.map((index) => manifest.chunks[index] as ChunkRef) });
      // Only whole bodies follow each other without a seam.
      if (slice.end < slice.sizeBytes || slices[first + run.length]?.start !== 0) break;
    }
    return run;
  }

  async *#readPacked(run: readonly { slice: Slice; entry: ManifestEntry; chunks: readonly ChunkRef[] }[], signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void> {
    const { client } = this.#options;
    const { platform, pool, reader, policy, secrets } = client;
    const size = run.reduce((sum, { slice }) => sum + slice.sizeBytes, 0);
    const range = { start: run[0]!.slice.start, end: size - (run.at(-1)!.slice.sizeBytes - run.at(-1)!.slice.end) };
    const chunks = touched(run.flatMap((one) => one.chunks), range);
    // As if it were one file: the decoder then reads over the seams ahead.
    const entry = { ...run[0]!.entry, size: chunks.sizeBytes, chunks: chunks.refs.map((_, index) => index) };
    const manifest = { v: 1 as const, name: 'objects', created: 0, visibility: 'private' as const, parent: null, contentId: null, root: new Uint8Array(32), entries: [entry], chunks: chunks.refs };
    const own = { start: range.start - chunks.skippedBytes, end: range.end - chunks.skippedBytes };
    const decode = { platform, keys: await secrets.keys(), source: reader.source({ signal }), signal };
    const wholeUnits = own.end - own.start >= LARGE_BYTES;
    const ahead = new ReadAhead((location) => reader.lendRecord(location, { signal, wholeUnits }), chunks.refs, policy.readAheadBytes);
    try {
      yield* readFile({ ...decode, openChunk: chunkOpener({ pool, platform, memory: this.#memory, lend: (location) => ahead.read(location) }) }, { manifest, entry, range: own });
    } finally {
      ahead.close();
    }
  }

  /** Null: in the spool. @throws BodyLostError */
  async #packOf(id: string, known: ReadonlyMap<string, number> | undefined): Promise<number | null> {
    const row = await this.#options.store.objectBody.findUnique({ where: { id }, select: { pack: true } });
    // No row: deleted while it was being read. Its pack is there until it is compacted, its file perhaps.
    if (row === null) return known?.get(id) ?? null;
    if (row.pack === 0) throw new BodyLostError(id);
    return row.pack;
  }
}

/** Only the chunks that the range touches. */
function touched(all: readonly ChunkRef[], { start, end }: { readonly start: number; readonly end: number }): { refs: ChunkRef[]; skippedBytes: number; sizeBytes: number } {
  const refs: ChunkRef[] = [];
  let at = 0;
  let skippedBytes = 0;
  let sizeBytes = 0;
  for (const ref of all) {
    if (at + ref.size <= start) skippedBytes += ref.size;
    else if (at < end) {
      refs.push(ref);
      sizeBytes += ref.size;
    }
    at += ref.size;
  }
  return { refs, skippedBytes, sizeBytes };
}
