/** The entries of a manifest under construction, column by column: an upload may have more files than memory has room for objects. */
import type { ObjectInfo } from './archive.ts';
import type { Rows } from './cbor-writer.ts';
import type { ManifestEntry } from './manifest.ts';
import { NumberList } from './number-list.ts';

const KINDS = ['file', 'folder', 'symlink'] as const;

export class EntryTable implements Rows<ManifestEntry> {
  readonly #paths: string[] = [];
  readonly #kinds = new NumberList(Uint8Array);
  readonly #modes = new NumberList(Uint32Array);
  readonly #mtimesMs = new NumberList(Float64Array);
  readonly #sizes = new NumberList(Float64Array);
  readonly #targets = new Map<number, string>();
  /** Where each entry's chunks end in `#chunks`; they begin where those of the one before end. */
  readonly #ends = new NumberList(Uint32Array);
  readonly #chunks = new NumberList(Uint32Array);

  get length(): number {
    return this.#paths.length;
  }

  /** The chunks that were added since the entry before are this one's. */
  push({ path, kind, mode, mtimeMs, size, target }: ObjectInfo): void {
    if (target !== undefined) this.#targets.set(this.length, target);
    this.#paths.push(path);
    this.#kinds.push(KINDS.indexOf(kind));
    this.#modes.push(mode);
    this.#mtimesMs.push(mtimeMs);
    this.#sizes.push(size);
    this.#ends.push(this.#chunks.length);
  }

  addChunk(index: number): void {
    this.#chunks.push(index);
  }

  at(row: number): ManifestEntry | undefined {
    const path = this.#paths[row];
    if (path === undefined) return undefined;
    const target = this.#targets.get(row);
    return {
      path,
      kind: KINDS[this.#kinds.at(row)]!,
      mode: this.#modes.at(row),
      mtimeMs: this.#mtimesMs.at(row),
      size: this.#sizes.at(row),
      ...(target === undefined ? {} : { target }),
      chunks: this.#chunks.slice(row === 0 ? 0 : this.#ends.at(row - 1), this.#ends.at(row)),
    };
  }

  *[Symbol.iterator](): Generator<ManifestEntry, void> {
    for (let row = 0; row < this.length; row++) yield this.at(row)!;
  }
}
