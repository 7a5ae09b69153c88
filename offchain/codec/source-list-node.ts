/** Objects that were found and wait to be read, as columns: a hundred thousand files are eight megabytes instead of thirty. */
import { basename } from 'node:path';
import type { SourceObject } from './archive.ts';
import { EntryTable } from './entry-table.ts';
import { NumberList } from './number-list.ts';
import { SourceFile, type WalkOptions } from './walk-node.ts';

export class SourceList implements Iterable<SourceObject> {
  readonly #entries = new EntryTable();
  readonly #options: WalkOptions;
  /** Of each file: its folder's place among `#folders`. Files of one folder follow each other. */
  readonly #folderOf = new NumberList(Uint32Array);
  readonly #folders: string[] = [];
  /** What cannot be made again from its columns, by index. */
  readonly #others = new Map<number, SourceObject>();

  /** `options`: of the walk that finds them; used again when they are read. */
  constructor(options: WalkOptions) {
    this.#options = options;
  }

  push(object: SourceObject): void {
    const index = this.#entries.length;
    this.#entries.push(object);
    if (!(object instanceof SourceFile) || object.place.name !== basename(object.path)) return void this.#others.set(index, object);
    if (this.#folders.at(-1) !== object.place.folder) this.#folders.push(object.place.folder);
    this.#folderOf.set(index, this.#folders.length - 1);
  }

  get length(): number {
    return this.#entries.length;
  }

  *[Symbol.iterator](): Generator<SourceObject, void> {
    for (let index = 0; index < this.#entries.length; index++) yield this.#others.get(index) ?? this.#fileAt(index);
  }

  #fileAt(index: number): SourceFile {
    const entry = this.#entries.at(index)!;
    return new SourceFile({ folder: this.#folders[this.#folderOf.at(index)]!, name: basename(entry.path) }, entry, this.#options);
  }
}
