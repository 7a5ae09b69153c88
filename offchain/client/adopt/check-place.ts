/** Whether content lies where somebody says: against the chain, and against its own ContentID. */
import { currentEpoch } from '../../chain/current-epoch.ts';
import { periodStart } from '../../chain/epoch.ts';
import { standingOf } from '../../chain/location-standing.ts';
import { openRecord } from '../../codec/open-record.ts';
import type { ChunkRef } from '../../codec/types.ts';
import type { PublicLocation } from '../../wire/named.ts';
import { readPublicFile } from '../named/read-public-file.ts';
import { BadLocationError } from '../named/errors.ts';
import { type OpenedLocation, openLocation } from '../named/open-location.ts';
import type { PublicReader } from '../named/public-reader.ts';
import type { OnProgress } from '../progress.ts';

export interface CheckOptions {
  readonly location: PublicLocation;
  /** `sampled` (the default): some chunks, chosen by chance; `full`: every byte. The manifest is read whole in any case. */
  readonly verify?: 'sampled' | 'full' | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A place that lacks a share f of its chunks is found out with 1 - (1-f)^32. */
const SAMPLES = 32;
/** Epochs that must be left: a payment needs every provider's signature, and none is taken in the last epoch. */
const EPOCHS_LEFT = 3;

/**
 * Locked, running, committed; the manifest is of the ContentID; what was read of the bytes is of the manifest.
 * @throws HttpError (what the chain says), BadLocationError, MalformedError, UnrecoverableError, RpcUnavailableError, AbortedError
 */
export async function checkPlace(reader: PublicReader, options: CheckOptions): Promise<{ readonly opened: OpenedLocation; readonly endPeriod: number }> {
  const { location, verify = 'sampled', signal } = options;
  const { endPeriod } = await standingOf(reader.chain, location);
  const left = periodStart(reader.chain.clock, endPeriod) - (await currentEpoch(reader.chain));
  if (left < EPOCHS_LEFT) throw new BadLocationError(location.contentId, `its agreement ends within ${left} epochs, too soon for anybody to pay for more`);
  const opened = await openLocation(reader, location, { signal });
  if (sizeOf(opened) !== location.sizeBytes) throw new BadLocationError(location.contentId, 'it has another size');
  await (verify === 'full' ? readAll(reader, opened, options) : readSome(reader, opened, options));
  return { opened, endPeriod };
}

function sizeOf({ manifest }: OpenedLocation): number {
  return manifest.entries.reduce((sum, { size }) => sum + size, 0);
}

/** Each record is proven to the roots on the chain by the reader, and to its id here. */
async function readSome(reader: PublicReader, { manifest, reader: payloads }: OpenedLocation, { onProgress, signal }: CheckOptions): Promise<void> {
  const source = payloads.source({ signal });
  const chosen = sample(manifest.chunks, SAMPLES);
  let done = 0;
  for (const { chunkId, size, method, ...place } of chosen) {
    await openRecord(reader.platform, { keys: null, chunkId, size, method, stored: await source.read(place) });
    onProgress?.({ stage: 'fetch', doneBytes: ++done, totalBytes: chosen.length });
  }
}

async function readAll(reader: PublicReader, opened: OpenedLocation, { onProgress, signal }: CheckOptions): Promise<void> {
  const totalBytes = sizeOf(opened);
  let doneBytes = 0;
  for (const entry of opened.manifest.entries) {
    if (entry.kind !== 'file') continue;
    for await (const part of readPublicFile(reader, opened, entry, { signal })) {
      doneBytes += part.length;
      onProgress?.({ stage: 'fetch', doneBytes, totalBytes });
    }
  }
}

/** Chosen here, by nobody's leave: whoever withholds cannot know which. */
function sample(chunks: Iterable<ChunkRef>, count: number): ChunkRef[] {
  const rest = [...chunks];
  const chosen: ChunkRef[] = [];
  while (chosen.length < count && rest.length > 0) {
    const at = Math.floor(Math.random() * rest.length);
    chosen.push(rest[at] as ChunkRef);
    rest[at] = rest.at(-1) as ChunkRef;
    rest.pop();
  }
  return chosen;
}
