/** Collects the entries of one object version and numbers their chunks by first use. */
import type { ObjectInfo } from './archive.ts';
import { idKey } from './bytes.ts';
import type { ManifestEntry } from './manifest.ts';
import type { ChunkRef } from './types.ts';

export class ManifestBuilder {
  readonly entries: ManifestEntry[] = [];
  readonly chunks: ChunkRef[] = [];
  readonly #indices = new Map<string, number>();
  #pending: ChunkRef[] = [];

  /** A chunk of the object that `endEntry` will name. */
  addChunk(ref: ChunkRef): void {
    this.#pending.push(ref);
  }

  endEntry(info: ObjectInfo): void {
    this.entries.push({ ...info, chunks: this.#pending.map((ref) => this.#indexOf(ref)) });
    this.#pending = [];
  }

  dropEntry(): void {
    this.#pending = [];
  }

  /** Two copies of one chunk (deduplication off) keep two rows: hence the location in the key. */
  #indexOf(ref: ChunkRef): number {
    const key = `${idKey(ref.chunkId)}${ref.agreement}/${ref.bundle}/${ref.batch}/${ref.offset}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.chunks.length);
    return this.chunks.push(ref) - 1;
  }
}
