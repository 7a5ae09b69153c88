/** Downloads of what others share: one file as it is, several as a tar. */
import type { Client } from '../../../../client/client.ts';
import type { Chain } from '../../../../chain/client.ts';
import type { Sink } from '../../../../client/page/sink.ts';
import { formatBytes, plural } from '../../ui/format.ts';
import { downloadsSink } from '../files/downloads-sink.ts';
import type { Work } from '../files/transfer-store.ts';

interface Got {
  readonly bytes: number;
  readonly restored: number;
  readonly failed: readonly { readonly path: string }[];
}

export function sharedWork({ unlock, share, label }: { readonly unlock: () => Promise<Client>; readonly share: string; readonly label: string }): Work {
  return async ({ signal, onProgress }) => {
    const client = await unlock();
    const { getShared } = await import('../../../../client/page/get-shared.ts');
    return fetched(label, (sink) => getShared(client, { share, sink, onProgress, signal }));
  };
}

export function linkWork({ chain, link }: { readonly chain: Chain; readonly link: string }): Work {
  return async ({ signal, onProgress }) => {
    const [{ getLink }, { createPageReader }] = await Promise.all([import('../../../../client/page/get-shared.ts'), import('./public-reader.ts')]);
    const reader = createPageReader(chain);
    try {
      return await fetched('shared', (sink) => getLink(reader, { link, sink, onProgress, signal }));
    } finally {
      await reader.close();
    }
  };
}

async function fetched(label: string, fetch: (sink: Sink) => Promise<Got>): Promise<string> {
  const { sink, finish } = downloadsSink(label);
  const { bytes, restored, failed } = await fetch(sink);
  await finish();
  return `${formatBytes(bytes)} in ${plural(restored, 'file')} fetched and checked${failed.length === 0 ? '' : `; ${plural(failed.length, 'file')} could not be fetched`}.`;
}
