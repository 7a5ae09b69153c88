/** Files and folders as one tar file, made while it is read. */
import type { SourceObject } from '../../codec/archive.ts';
import type { WalkProblem } from '../../codec/walk-node.ts';
import { type Source, inOrder, scan } from '../source.ts';
import { tarBytes, tarOf } from './tar.ts';

/** `path`: of the tar file. What cannot be read is left out and told. */
export function tarSource(inner: Source, options: { readonly path: string; readonly signal?: AbortSignal | undefined }): Source {
  return {
    async *open(onProblem?: (problem: WalkProblem) => void) {
      const { objects } = await scan(inner, { ...(onProblem === undefined ? {} : { onProblem }), signal: options.signal });
      const mtimeMs = [...objects].reduce((newest, one) => Math.max(newest, one.mtimeMs), 0);
      const file: SourceObject = { path: options.path, kind: 'file', mode: 0o644, mtimeMs, size: tarBytes(objects), open: () => tarOf(inOrder(objects)) };
      yield file;
    },
  };
}
