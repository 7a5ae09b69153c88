/** Source objects as a flat stream of events: what begins, its chunks, what ends. */
import { type ObjectInfo, type SourceObject, assertSafePath } from './archive.ts';
import { UnreadableSourceError } from './format-errors.ts';

export type SourceEvent =
  | { readonly kind: 'chunk'; readonly path: string; readonly plain: Uint8Array }
  /** All chunks of the object have been given; `info.size` counts the bytes that were really read. */
  | { readonly kind: 'end'; readonly info: ObjectInfo }
  /** The object failed half way: the chunks since the last end belong to nothing. */
  | { readonly kind: 'unreadable'; readonly path: string };

export type Chunker = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

export async function* readObjects(objects: AsyncIterable<SourceObject>, chunker: Chunker): AsyncGenerator<SourceEvent, void> {
  for await (const object of objects) {
    assertSafePath(object.path);
    try {
      let size = 0;
      if (object.kind === 'file') {
        for await (const plain of chunker(object.open())) {
          size += plain.length;
          yield { kind: 'chunk', path: object.path, plain };
        }
      }
      yield { kind: 'end', info: infoOf(object, size) };
    } catch (error) {
      if (!(error instanceof UnreadableSourceError)) throw error;
      yield { kind: 'unreadable', path: object.path };
    }
  }
}

function infoOf({ path, kind, mode, mtimeMs, target }: SourceObject, size: number): ObjectInfo {
  return { path, kind, mode: mode & 0o7777, mtimeMs: Math.floor(mtimeMs), size, ...(kind === 'symlink' ? { target: target ?? '' } : {}) };
}
