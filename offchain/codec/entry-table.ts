/** The entries of a manifest under construction, column by column: an upload may have more files than memory has room for objects. */
import type { ObjectInfo } from './archive.ts';
import type { Rows } from './cbor-writer.ts';
import type { ManifestEntry } from './manifest.ts';
import { NumberList } from './number-list.ts';
import { Pages } from './pages.ts';
import { TextList } from './text-list.ts';

const KINDS = ['file', 'folder', 'symlink'] as const;

export class EntryTable implements Rows<ManifestEntry> {
  readonly #paths: TextList;
  readonly #kinds: NumberList;
  readonly #modes: NumberList;
  readonly #mtimesMs: NumberList;
  readonly #sizes: NumberList;
  readonly #targets: TextList;
  /** Of each entry: its target's index + 1, or 0 where it has none. */
  readonly #targetOf: NumberList;
  /** Where each entry's chunks end in `#chunks`; they begin where those of the one before end. */
  readonly #ends: NumberList;
  readonly #chunks: NumberList;

  constructor(pages: Pages = new Pages()) {
    this.#paths = new TextList(pages);
    this.#kinds = new NumberList(Uint8Array, pages);
    this.#modes = new NumberList(Uint32Array, pages);
    this.#mtimesMs = new NumberList(Float64Array, pages);
    this.#sizes = new NumberList(Float64Array, pages);
    this.#targets = new TextList(pages);
    this.#targetOf = new NumberList(Uint32Array, pages);
    this.#ends = new NumberList(Uint32Array, pages);
    this.#chunks = new NumberList(Uint32Array, pages);
  }

  get length(): number {
    return this.#paths.length;
  }

  /** The chunks that were added since the entry before are this one's. */
  push({ path, kind, mode, mtimeMs, size, target }: ObjectInfo): void {
    if (target !== undefined) this.#targetOf.set(this.length, this.#targets.push(target) + 1);
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
    const path = this.#paths.at(row);
    if (path === undefined) return undefined;
    const target = this.#targets.at(this.#targetOf.at(row) - 1);
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
