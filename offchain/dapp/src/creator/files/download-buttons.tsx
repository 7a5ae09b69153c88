import type { Client } from '../../../../client/client.ts';
import { useAct } from '../../state/act.ts';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/failure.tsx';
import { canSaveIntoFolder, downloadWork, saveWork } from './download.ts';
import { transfers } from './transfer-store.ts';

interface DownloadButtonsProps {
  readonly unlock: () => Promise<Client>;
  readonly name: string;
  readonly version?: number | undefined;
  readonly path?: string | undefined;
  readonly isSmall?: boolean;
}

export function DownloadButtons({ unlock, name, version, path, isSmall = false }: DownloadButtonsProps) {
  const label = path ?? (version === undefined ? name : `${name}, version ${version}`);
  const save = useAct(async () => {
    const folder = await chosenFolder();
    if (folder === undefined) return;
    transfers.start('download', label, saveWork({ unlock, name, version, path, folder }));
  });
  return (
    <div className="actions">
      <Button kind={isSmall ? 'plain' : 'primary'} isSmall={isSmall} icon="download" aria-label={`Download ${label}`} onClick={() => transfers.start('download', label, downloadWork({ unlock, name, version, path }))}>Download</Button>
      {canSaveIntoFolder() && !isSmall ? <Button icon="folder" isBusy={save.isBusy} onClick={() => void save.run()}>Save into a folder</Button> : null}
      {save.error === undefined ? null : <Failure error={save.error} what="The folder cannot be written" />}
    </div>
  );
}

/** Undefined: its owner thought better of it. */
async function chosenFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await showDirectoryPicker({ mode: 'readwrite' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

declare global {
  /** Chromium's; asked for by canSaveIntoFolder. */
  function showDirectoryPicker(options?: { readonly mode?: 'read' | 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}
