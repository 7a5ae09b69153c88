/** Files and folders of this machine as the objects of one upload. */
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceObject } from '../codec/archive.ts';
import { SourceList } from '../codec/source-list-node.ts';
import { type WalkProblem, walk } from '../codec/walk-node.ts';
import type { Source } from './source.ts';

/** One path: a file under its own name, or what a folder holds. Several: each under its own name. */
export function sourceOf(paths: readonly string[]): Source {
  return {
    async *open(onProblem) {
      for (const path of paths) {
        if (paths.length === 1) yield* walk(path, { onProblem });
        else yield* under(path, onProblem);
      }
    },
    list: ({ onProblem, pages }) => new SourceList({ onProblem }, pages),
  };
}

async function* under(path: string, onProblem?: (problem: WalkProblem) => void): AsyncGenerator<SourceObject, void> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return yield* walk(path, { onProblem });
  const name = basename(await realpath(path));
  yield { path: name, kind: 'folder', mode: stats.mode & 0o7777, mtimeMs: Math.floor(stats.mtimeMs), size: 0, open: nothing };
  yield* walk(path, { onProblem, prefix: `${name}/` });
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
