/** Room where sizes alone leave none: what is stored already takes no space again, and compression saves some. */
import { previewPut } from '../../client/preview-put.ts';
import type { Objects } from './context.ts';
import type { NoSpaceError } from './errors.ts';
import type { Incoming } from './object-store.ts';
import { CHUNKING, FILE } from './pack-writer.ts';
import { type TakenBody, pour } from './pour-body.ts';

/** Takes the body into the spool, and into the store only if it fits once it is chunked and compressed. It is committed at once, so that nothing is promised upon it twice. @throws `refusal` */
export async function takeMeasured<T>(objects: Objects, options: { readonly incoming: Incoming & { readonly sizeBytes: number }; readonly refusal: NoSpaceError; readonly maxBytes: number; readonly act: (taken: TakenBody) => Promise<T> }): Promise<T> {
  const { incoming: { body, sizeBytes, md5, signal }, refusal, maxBytes, act } = options;
  await objects.room.takeSpool(sizeBytes, signal);
  // One at a time only from here on: a client that sends slowly keeps nobody waiting.
  const ifItFits = (taken: TakenBody): Promise<T> => objects.tight.run(async () => {
    // What waits for the network would have to be counted as well: where it does not go there now, sizes alone count.
    await objects.flush().catch(() => {
      throw refusal;
    });
    if ((await batchesOf(objects, taken, signal)) > (await objects.room.freeBatches())) throw refusal;
    const result = await act(taken);
    // Durable already by the setting; where the network does not take it now, it is pending like any other.
    await objects.flush().catch(() => undefined);
    return result;
  });
  return pour(objects, { body, expectedBytes: sizeBytes, md5, signal, maxBytes, act: ifItFits }, sizeBytes);
}

/** As a pack of its own; whatever else waits goes with it and is small, or was counted. */
async function batchesOf({ client, settings, spool }: Objects, { pieces, sizeBytes }: TakenBody, signal: AbortSignal | undefined): Promise<number> {
  const [piece] = pieces;
  if (piece === undefined) return 0;
  const open = async function* () {
    yield { ...FILE, path: 'body', size: sizeBytes, open: () => spool.read(piece[0], { start: 0, end: sizeBytes }) };
  };
  const { batches } = await previewPut(client, { paths: [], source: { open }, name: `${settings.name}/measured`, agreement: settings.agreement, chunking: CHUNKING, signal });
  return batches;
}
