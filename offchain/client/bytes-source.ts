/** Bytes that are in memory, as the source of an upload. */
import type { SourceObject } from '../codec/archive.ts';
import type { Source } from './source.ts';

/** One file. `mtimeMs` is now when left out. */
export function bytesSource({ path, bytes, mtimeMs = Date.now() }: { readonly path: string; readonly bytes: Uint8Array; readonly mtimeMs?: number | undefined }): Source {
  async function* open(): AsyncGenerator<Uint8Array, void> {
    yield bytes;
  }
  const object: SourceObject = { path, kind: 'file', mode: 0o644, mtimeMs, size: bytes.length, open };
  return {
    async *open() {
      yield object;
    },
  };
}
