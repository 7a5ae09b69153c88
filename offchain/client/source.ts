/** What an upload stores: objects that are found first and read later. */
import type { SourceObject } from '../codec/archive.ts';
import type { Pages } from '../codec/pages.ts';
import type { WalkProblem } from '../codec/walk-node.ts';
import { TextDigest } from './text-digest.ts';

export interface Source {
  /** It can be opened and read only once: what went wrong is not tried again. */
  readonly isOnce?: boolean | undefined;
  /** Tells uploads apart where paths, sizes and times do not. */
  readonly digest?: string | undefined;
  /** Walks anew each time, unless it is read only once. */
  open(onProblem?: (problem: WalkProblem) => void): AsyncIterable<SourceObject>;
  /** Keeps what was found, in `pages`; an array when left out. */
  list?(options: { readonly onProblem?: ((problem: WalkProblem) => void) | undefined; readonly pages?: Pages | undefined }): ObjectList;
}

export interface ObjectList extends Iterable<SourceObject> {
  push(object: SourceObject): unknown;
  readonly length: number;
}

export async function* inOrder(objects: Iterable<SourceObject>): AsyncGenerator<SourceObject, void> {
  yield* objects;
}

export interface SourceFacts {
  /** In order, none read so far. Each has told, or tells when it is read, what is wrong with it. */
  readonly objects: ObjectList;
  readonly bytes: number;
  /** Of all paths, sizes and times: another digest means that something changed. */
  readonly digest: string;
}

/** Looks at every object without reading any. */
export async function scan(source: Source, options: { readonly onProblem?: (problem: WalkProblem) => void; readonly signal?: AbortSignal | undefined; readonly pages?: Pages | undefined } = {}): Promise<SourceFacts> {
  const digest = new TextDigest().update(source.digest ?? '');
  const objects: ObjectList = source.list?.({ onProblem: options.onProblem, pages: options.pages }) ?? new Array<SourceObject>();
  let bytes = 0;
  for await (const object of source.open(options.onProblem)) {
    options.signal?.throwIfAborted();
    const { path, kind, mode, mtimeMs, size, target } = object;
    digest.update(`${JSON.stringify([path, kind, mode, mtimeMs, size, target ?? null])}\n`);
    objects.push(object);
    bytes += size;
  }
  return { objects, bytes, digest: digest.hex() };
}
