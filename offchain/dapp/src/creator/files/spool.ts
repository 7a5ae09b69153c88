/** Files on their way to the visitor's downloads: written to the site's own storage first, so that memory holds a piece and not a file. */
import { HoldfastError } from '../../../../wire/errors.ts';
import { formatBytes } from '../../ui/format.ts';

const FOLDER = 'downloads';
/** The browser copies the file after the click; until then the spooled one must live. */
const KEEP_MS = 120_000;
const OLD_MS = 3_600_000;

export interface Spooled {
  /** The bytes are the caller's again when it returns. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<File>;
  abort(): Promise<void>;
}

/** Throws BROWSER_FULL where there is no room for so many bytes. */
export async function openSpool(sizeBytes: number): Promise<Spooled> {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota !== undefined && usage !== undefined && quota - usage < sizeBytes) {
    throw new HoldfastError('BROWSER_FULL', `This browser has ${formatBytes(Math.max(0, quota - usage))} left for the page, and this takes ${formatBytes(sizeBytes)}.`, { nextStep: 'Save it into a folder instead, or free some disk space.' });
  }
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  await dropOld(folder).catch(() => undefined);
  const handle = await folder.getFileHandle(crypto.randomUUID(), { create: true });
  const sink = await handle.createWritable();
  const remove = () => folder.removeEntry(handle.name).catch(() => undefined);
  return {
    // A copy: what was lent may lie in memory that is shared with threads, which no file takes.
    write: (bytes) => sink.write(new Uint8Array(bytes)),
    async close() {
      await sink.close();
      setTimeout(() => void remove(), KEEP_MS);
      return handle.getFile();
    },
    async abort() {
      await sink.abort().catch(() => undefined);
      await remove();
    },
  };
}

/** Writes a stream and gives the file. */
export async function spool(bytes: AsyncIterable<Uint8Array>, { sizeBytes, signal, onBytes }: { readonly sizeBytes: number; readonly signal?: AbortSignal | undefined; readonly onBytes?: (doneBytes: number) => void }): Promise<File> {
  const spooled = await openSpool(sizeBytes);
  let doneBytes = 0;
  try {
    for await (const piece of bytes) {
      signal?.throwIfAborted();
      await spooled.write(piece);
      doneBytes += piece.length;
      onBytes?.(doneBytes);
    }
    return await spooled.close();
  } catch (error) {
    await spooled.abort();
    throw error;
  }
}

/** As if the visitor had clicked a link to it. */
export function saveAsDownload(file: File, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

/** What pages left behind that were closed too early. The browser refuses to remove what is still being written, in this tab or another. */
async function dropOld(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const handle of folder.values()) {
    if (handle.kind !== 'file') continue;
    const { lastModified } = await (handle as FileSystemFileHandle).getFile();
    if (lastModified < Date.now() - OLD_MS) await folder.removeEntry(handle.name).catch(() => undefined);
  }
}
