import type { Client } from '../../../../client/client.ts';
import { formatBytes } from '../../ui/format.ts';
import { saveAsDownload, spool } from './spool.ts';
import type { Work } from './transfer-store.ts';

export interface DownloadOptions {
  readonly unlock: () => Promise<Client>;
  readonly name: string;
  readonly version?: number | undefined;
  /** A file or folder inside. */
  readonly path?: string | undefined;
}

/** One file as it is, several as a tar: written to the browser's own disk first, verified, then handed to the visitor's downloads. Never whole in memory. */
export function downloadWork({ unlock, name, version, path }: DownloadOptions): Work {
  return async ({ signal, onProgress }) => {
    const client = await unlock();
    const [{ readStored }, { listInside }] = await Promise.all([import('../../../../client/read-stored.ts'), import('../../../../client/list-inside.ts')]);
    onProgress({ stage: 'catalog', doneBytes: 0 });
    const { entries } = await listInside(client, { name, version, path, signal });
    const files = entries.filter(({ kind }) => kind === 'file');
    const [only] = files;
    const isOne = files.length === 1 && entries.length === 1 && only !== undefined;
    const stored = await readStored(client, { name, version, path, asTar: !isOne, signal });
    const saved = await spool(stored.bytes(), { sizeBytes: stored.sizeBytes, signal, onBytes: (doneBytes) => onProgress({ stage: 'restore', doneBytes, totalBytes: stored.sizeBytes }) });
    saveAsDownload(saved, isOne ? (only.path.split('/').at(-1) ?? name) : `${name.split('/').at(-1) ?? name}.tar`);
    return `${formatBytes(stored.sizeBytes)} fetched, every byte checked; your browser saves it.`;
  };
}

/** Whether this browser lets a page write into a folder of the visitor's choice. */
export function canSaveIntoFolder(): boolean {
  return 'showDirectoryPicker' in globalThis;
}

/** File by file into a folder that was chosen: nothing is kept twice. */
export function saveWork({ unlock, name, version, path, folder }: DownloadOptions & { readonly folder: FileSystemDirectoryHandle }): Work {
  return async ({ signal, onProgress }) => {
    const client = await unlock();
    const [{ getInto }, { folderSink }] = await Promise.all([import('../../../../client/page/get-into.ts'), import('../../../../client/page/sink.ts')]);
    const { bytes, failed } = await getInto(client, { name, version, path, sink: folderSink(folder), onProgress, signal });
    return failed.length === 0 ? `${formatBytes(bytes)} saved into ${folder.name}, every byte checked.` : `${formatBytes(bytes)} saved into ${folder.name}; ${failed.length} files could not be fetched: ${failed[0]?.path ?? ''}.`;
  };
}
