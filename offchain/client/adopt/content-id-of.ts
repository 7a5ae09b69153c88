/** The ContentID that a file will have as public content, without storing it: what `ipfs-car` prints. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FIXED_CHUNK_BYTES } from '../../codec/chunk.ts';
import type { Platform } from '../../codec/types.ts';
import { fileDag } from '../../codec/unixfs.ts';
import { abortable } from '../aborting.ts';

/** Undefined for what is no single file: folders are not looked for. @throws AbortedError, and what reading throws */
export function contentIdOf(platform: Platform, options: { readonly paths: readonly string[]; readonly signal?: AbortSignal | undefined }): Promise<string | undefined> {
  const { paths, signal } = options;
  return abortable('Reading the file', signal, async () => {
    const [path] = paths;
    if (path === undefined || paths.length > 1 || !(await stat(path)).isFile()) return undefined;
    const chunks: { chunkId: Uint8Array; size: number }[] = [];
    // Streams promise no sizes: a chunk may come in pieces.
    let hash = createHash('sha256');
    let size = 0;
    const end = (): void => {
      chunks.push({ chunkId: new Uint8Array(hash.digest()), size });
      [hash, size] = [createHash('sha256'), 0];
    };
    for await (const piece of createReadStream(path, { highWaterMark: FIXED_CHUNK_BYTES, signal }) as AsyncIterable<Buffer>) {
      for (let at = 0; at < piece.length;) {
        const part = piece.subarray(at, at + FIXED_CHUNK_BYTES - size);
        hash.update(part);
        size += part.length;
        at += part.length;
        if (size === FIXED_CHUNK_BYTES) end();
      }
    }
    if (size > 0) end();
    return (await fileDag(platform, chunks)).root.toString();
  });
}
