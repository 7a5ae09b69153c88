import type { Client } from '../../../../client/client.ts';
import type { PageItem } from '../../../../client/page/files-source.ts';
import { plural } from '../../ui/format.ts';
import type { Work } from './transfer-store.ts';

export interface UploadOptions {
  readonly unlock: () => Promise<Client>;
  readonly items: readonly PageItem[];
  readonly name: string;
  readonly agreement: number;
  readonly visibility: 'private' | 'public';
}

/** One upload. Run again it goes on where it stopped: the journal of the client knows what was confirmed. */
export function uploadWork({ unlock, items, name, agreement, visibility }: UploadOptions): Work {
  return async ({ signal, onProgress }) => {
    const client = await unlock();
    const [{ put }, { filesSource }] = await Promise.all([import('../../../../client/put.ts'), import('../../../../client/page/files-source.ts')]);
    const { unchanged, receipts, lost, problems } = await put(client, { source: filesSource(items), name, agreement, visibility, onProgress, signal });
    if (unchanged) return 'Exactly this is stored already: nothing was sent or paid.';
    const missing = lost.length === 0 ? '' : `, ${plural(lost.length, 'provider')} will get it later`;
    const left = problems.length === 0 ? '' : ` ${plural(problems.length, 'file')} could not be read and ${problems.length === 1 ? 'was' : 'were'} left out.`;
    return `Stored: ${plural(receipts.length, 'provider')} signed that they hold it${missing}.${left}`;
  };
}
