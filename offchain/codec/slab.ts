/** Source objects as slabs: many chunks back to back in one large buffer, so that a job is worth the message that it takes. */
import { type ObjectInfo, type SourceObject, assertSafePath } from './archive.ts';
import { allocate } from './batch-memory.ts';
import { copyInto } from './bytes.ts';
import type { Cutter } from './chunk.ts';
import { UnreadableSourceError } from './format-errors.ts';

export type SourceEvent =
  /** The next chunk of the slab. */
  | { readonly kind: 'chunk'; readonly path: string }
  /** All chunks of the object have been given; `info.size` counts the bytes that were really read. */
  | { readonly kind: 'end'; readonly info: ObjectInfo }
  /** The object failed half way: the chunks since the last end belong to nothing. */
  | { readonly kind: 'unreadable'; readonly path: string };

export interface Slab {
  /** Chunks back to back; a job may have changed them. */
  bytes: Uint8Array;
  /** The chunks' sizes. */
  readonly sizes: number[];
  readonly events: SourceEvent[];
}

/** More than the largest chunk: a full slab always holds a whole one. */
export const SLAB_BYTES = 4.5 * 2 ** 20;
/** Small files make one for each chunk and one for each end: so many of them fill the first mebibyte alone, and the rest of the slab takes no memory. */
const EVENTS_MAX = 512;

/** Buffers of slabs that were dealt with, for the next ones. */
export class SlabMemory {
  readonly #free: Uint8Array[] = [];
  readonly #isShared: boolean;

  constructor(options: { readonly isShared: boolean }) {
    this.#isShared = options.isShared;
  }

  take(): Slab {
    return { bytes: this.#free.pop() ?? new Uint8Array(allocate(SLAB_BYTES, this.#isShared)), sizes: [], events: [] };
  }

  give(slab: Slab): void {
    this.#free.push(slab.bytes);
  }
}

/** Reads one object after the other. Slabs are the caller's until given back. */
export async function* readSlabs(objects: AsyncIterable<SourceObject>, cutter: Cutter, memory: SlabMemory): AsyncGenerator<Slab, void> {
  const writer = new SlabWriter(memory);
  for await (const object of objects) {
    assertSafePath(object.path);
    try {
      let size = 0;
      if (object.kind === 'file') {
        for await (const piece of object.open()) {
          size += piece.length;
          yield* writer.write(piece, object.path, cutter);
        }
        cutter.reset();
        writer.endChunk(object.path);
      }
      writer.slab.events.push({ kind: 'end', info: infoOf(object, size) });
    } catch (error) {
      if (!(error instanceof UnreadableSourceError)) throw error;
      cutter.reset();
      writer.dropChunk();
      writer.slab.events.push({ kind: 'unreadable', path: object.path });
    }
    if (writer.slab.events.length >= EVENTS_MAX) yield writer.next();
  }
  if (writer.slab.events.length > 0) yield writer.slab;
}

class SlabWriter {
  readonly #memory: SlabMemory;
  slab: Slab;
  /** The bytes [start, end) belong to a chunk that has not ended. */
  #start = 0;
  #end = 0;

  constructor(memory: SlabMemory) {
    this.#memory = memory;
    this.slab = memory.take();
  }

  *write(piece: Uint8Array, path: string, cutter: Cutter): Generator<Slab, void> {
    for (let rest = piece; rest.length > 0; ) {
      if (this.#end === SLAB_BYTES) yield this.next();
      const part = rest.subarray(0, SLAB_BYTES - this.#end);
      const cut = cutter.next(part);
      const taken = cut < 0 ? part.length : cut;
      copyInto(this.slab.bytes, taken === part.length ? part : part.subarray(0, taken), this.#end);
      this.#end += taken;
      if (cut >= 0) this.endChunk(path);
      rest = rest.subarray(taken);
    }
  }

  endChunk(path: string): void {
    if (this.#end === this.#start) return;
    this.slab.sizes.push(this.#end - this.#start);
    this.slab.events.push({ kind: 'chunk', path });
    this.#start = this.#end;
  }

  dropChunk(): void {
    this.#end = this.#start;
  }

  /** Hands out the slab; the chunk that has not ended moves on to the next one. */
  next(): Slab {
    const full = this.slab;
    this.slab = this.#memory.take();
    copyInto(this.slab.bytes, full.bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    return full;
  }
}

function infoOf({ path, kind, mode, mtimeMs, target }: SourceObject, size: number): ObjectInfo {
  return { path, kind, mode: mode & 0o7777, mtimeMs: Math.floor(mtimeMs), size, ...(kind === 'symlink' ? { target: target ?? '' } : {}) };
}
