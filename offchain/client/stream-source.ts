/** Bytes that can be read only once, such as standard input, as the source of an upload. */
import type { SourceObject } from '../codec/archive.ts';
import type { Source } from './source.ts';

export interface StreamOptions {
  /** The path of the only file. */
  readonly path: string;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Now when left out. */
  readonly mtimeMs?: number | undefined;
}

/** One file of unknown size. An upload of it that breaks off cannot be gone on with: nobody can tell that it is the same one. */
export function streamSource({ path, open, mtimeMs = Date.now() }: StreamOptions): Source {
  const object: SourceObject = { path, kind: 'file', mode: 0o644, mtimeMs, size: 0, open };
  return {
    isOnce: true,
    digest: crypto.randomUUID(),
    async *open() {
      yield object;
    },
  };
}
