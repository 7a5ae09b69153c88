/** Objects that were found and wait to be read, as columns: a hundred thousand files are eight megabytes instead of thirty. */
import { basename } from 'node:path';
import type { SourceObject } from './archive.ts';
import { EntryTable } from './entry-table.ts';
import { NumberList } from './number-list.ts';
import { Pages } from './pages.ts';
import { TextList } from './text-list.ts';
import { SourceFile, type WalkOptions } from './walk-node.ts';

export class SourceList implements Iterable<SourceObject> {
  readonly #entries: EntryTable;
  readonly #options: WalkOptions;
  /** Of each file: its folder's place among `#folders`, + 1. Files of one folder mostly follow each other. */
  readonly #folderOf: NumberList;
  readonly #folders: TextList;
  #lastFolder: string | undefined;
  /** What cannot be made again from its columns, by index. */
  readonly #others = new Map<number, SourceObject>();

  /** `options`: of the walk that finds them; used again when they are read. */
  constructor(options: WalkOptions, pages: Pages = new Pages()) {
    this.#options = options;
    this.#entries = new EntryTable(pages);
    this.#folderOf = new NumberList(Uint32Array, pages);
    this.#folders = new TextList(pages);
  }

  push(object: SourceObject): void {
    const index = this.#entries.length;
    this.#entries.push(object);
    if (object.kind !== 'file') return;
    if (!(object instanceof SourceFile) || object.place.name !== basename(object.path)) return void this.#others.set(index, object);
    const { folder } = object.place;
    if (folder !== this.#lastFolder) this.#folders.push(folder);
    this.#lastFolder = folder;
    this.#folderOf.set(index, this.#folders.length);
  }

  get length(): number {
    return this.#entries.length;
  }

  *[Symbol.iterator](): Generator<SourceObject, void> {
    for (let index = 0; index < this.#entries.length; index++) yield this.#others.get(index) ?? this.#objectAt(index);
  }

  #objectAt(index: number): SourceObject {
    const { chunks: _, ...info } = this.#entries.at(index)!;
    if (info.kind !== 'file') return { ...info, open: nothing };
    return new SourceFile({ folder: this.#folders.at(this.#folderOf.at(index) - 1)!, name: basename(info.path) }, info, this.#options);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
