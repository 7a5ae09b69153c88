/** Files and folders of this machine as the objects of one upload. */
import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceObject } from '../codec/archive.ts';
import { SourceList } from '../codec/source-list-node.ts';
import { type WalkProblem, walk } from '../codec/walk-node.ts';

export interface Source {
  /** It can be opened and read only once: what went wrong is not tried again. */
  readonly isOnce?: boolean | undefined;
  /** Tells uploads apart where paths, sizes and times do not. */
  readonly digest?: string | undefined;
  /** Walks anew each time, unless it is read only once. */
  open(onProblem?: (problem: WalkProblem) => void): AsyncIterable<SourceObject>;
}

/** One path: a file under its own name, or what a folder holds. Several: each under its own name. */
export function sourceOf(paths: readonly string[]): Source {
  return {
    async *open(onProblem) {
      for (const path of paths) {
        if (paths.length === 1) yield* walk(path, { onProblem });
        else yield* under(path, onProblem);
      }
    },
  };
}

async function* under(path: string, onProblem?: (problem: WalkProblem) => void): AsyncGenerator<SourceObject, void> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return yield* walk(path, { onProblem });
  const name = basename(await realpath(path));
  yield { path: name, kind: 'folder', mode: stats.mode & 0o7777, mtimeMs: Math.floor(stats.mtimeMs), size: 0, open: nothing };
  yield* walk(path, { onProblem, prefix: `${name}/` });
}

export async function* inOrder(objects: Iterable<SourceObject>): AsyncGenerator<SourceObject, void> {
  yield* objects;
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

export interface SourceFacts {
  /** In order, none read so far. Each has told, or tells when it is read, what is wrong with it. */
  readonly objects: SourceList;
  readonly bytes: number;
  /** Of all paths, sizes and times: another digest means that something changed. */
  readonly digest: string;
}

/** Looks at every object without reading any. */
export async function scan(source: Source, options: { readonly onProblem?: (problem: WalkProblem) => void; readonly signal?: AbortSignal | undefined } = {}): Promise<SourceFacts> {
  const hash = createHash('sha256').update(source.digest ?? '');
  const objects = new SourceList({ onProblem: options.onProblem });
  let bytes = 0;
  for await (const object of source.open(options.onProblem)) {
    options.signal?.throwIfAborted();
    const { path, kind, mode, mtimeMs, size, target } = object;
    hash.update(`${JSON.stringify([path, kind, mode, mtimeMs, size, target ?? null])}\n`);
    objects.push(object);
    bytes += size;
  }
  return { objects, bytes, digest: hash.digest('hex') };
}
