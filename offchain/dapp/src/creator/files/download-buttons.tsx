import type { Client } from '../../../../client/client.ts';
import { useAct } from '../../state/act.ts';
import { Button } from '../../ui/button.tsx';
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
    const folder = await showDirectoryPicker({ mode: 'readwrite' });
    transfers.start('download', label, saveWork({ unlock, name, version, path, folder }));
  });
  return (
    <div className="actions">
      <Button kind={isSmall ? 'plain' : 'primary'} isSmall={isSmall} icon="download" aria-label={`Download ${label}`} onClick={() => transfers.start('download', label, downloadWork({ unlock, name, version, path }))}>Download</Button>
      {canSaveIntoFolder() && !isSmall ? <Button icon="folder" onClick={() => void save.run()}>Save into a folder</Button> : null}
    </div>
  );
}

declare global {
  /** Chromium's; asked for by canSaveIntoFolder. */
  function showDirectoryPicker(options?: { readonly mode?: 'read' | 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}
