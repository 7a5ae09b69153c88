import type { ObjectInfo } from '../../../../codec/archive.ts';
import type { Sink } from '../../../../client/page/sink.ts';
import { saveAsDownload, openSpool, spool } from './spool.ts';

/** Takes fetched files; `finish` hands one over as it is, several as a tar. */
export function downloadsSink(label: string): { readonly sink: Sink; finish(): Promise<void> } {
  const files: { info: ObjectInfo; file: File }[] = [];
  const sink: Sink = {
    async file(info) {
      const spooled = await openSpool(info.size);
      return {
        write: (bytes) => spooled.write(bytes),
        close: async () => void files.push({ info, file: await spooled.close() }),
        abort: () => spooled.abort(),
      };
    },
  };
  const finish = async (): Promise<void> => {
    const [only] = files;
    if (only === undefined) return;
    if (files.length === 1) return saveAsDownload(only.file, only.info.path.split('/').at(-1) ?? label);
    const { tarBytes, tarOf } = await import('../../../../client/tar/tar.ts');
    const objects = files.map(({ info, file }) => ({ ...info, open: () => pieces(file) }));
    const tar = await spool(tarOf(inTurn(objects)), { sizeBytes: tarBytes(objects) });
    saveAsDownload(tar, `${label.split('/').at(-1) ?? 'shared'}.tar`);
  };
  return { sink, finish };
}

async function* inTurn<T>(list: readonly T[]): AsyncGenerator<T, void> {
  yield* list;
}

async function* pieces(file: File): AsyncGenerator<Uint8Array, void> {
  const reader = file.stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
