/** ContentIDs: for public data the CIDs that `ipfs-car` computes, so that any IPFS tool can check them. */
import { createDirectoryEncoderStream, createFileEncoderStream } from 'ipfs-car';
import { CodecInputError } from './format-errors.ts';

type Open = () => AsyncIterable<Uint8Array>;

/** The CID that `ipfs-car pack --no-wrap <file>` prints. */
export async function publicContentId(open: Open): Promise<string> {
  return lastCid((stream) => createFileEncoderStream({ stream: () => stream(open) }));
}

/**
 * The CID that `ipfs-car pack --hidden <folder>` prints: every file counts, hidden ones too; `path` is relative to the folder.
 * IPFS knows neither empty folders nor modes nor times here, so these do not change the CID.
 */
export async function publicFolderContentId(files: Iterable<{ readonly path: string; readonly open: Open }>): Promise<string> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (sorted.length === 0) throw new CodecInputError('a folder without files has no CID in IPFS');
  return lastCid((stream) => createDirectoryEncoderStream(sorted.map(({ path, open }) => ({ name: path, stream: () => stream(open) }))));
}

/** ipfs-car loses a failing source in a promise that nobody awaits: so the source ends early there, and the failure is thrown here. */
async function lastCid(encode: (stream: (open: Open) => ReadableStream) => ReadableStream): Promise<string> {
  const failures: unknown[] = [];
  let last: string | undefined;
  // A reader instead of `for await`: not every browser iterates streams.
  const reader = encode((open) => webStream(open, (failure) => failures.push(failure))).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    last = (value as { cid: { toString(): string } }).cid.toString();
  }
  if (failures.length > 0) throw failures[0];
  if (last === undefined) throw new CodecInputError('nothing was encoded');
  return last;
}

function webStream(open: Open, onFailure: (failure: unknown) => void): ReadableStream {
  let source: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream({
    async pull(controller) {
      try {
        source ??= open()[Symbol.asyncIterator]();
        const { done, value } = await source.next();
        if (done === true) controller.close();
        else controller.enqueue(value.slice());
      } catch (failure) {
        onFailure(failure);
        controller.close();
      }
    },
  });
}
