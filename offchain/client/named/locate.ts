/** Says where a stored public object lies, with the keys of its batches: whoever is told can read it. */
import { bytesToHex } from 'viem';
import { readManifest } from '../../codec/decode.ts';
import type { ChunkRef } from '../../codec/types.ts';
import { PublicLocation, type PublicChunk, type Storages } from '../../wire/named.ts';
import { parseAs } from '../../wire/json.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import type { AgreementView } from '../fetch/agreement-view.ts';
import { findVersion } from '../find-version.ts';
import { batchKeysFor } from './batch-keys.ts';
import { NotPublicError } from './errors.ts';
import { bundleOf, segmentsOf } from './segments.ts';

export interface LocateOptions {
  /** As it is stored. */
  readonly name: string;
  /** Counted from 1; the newest when left out. */
  readonly version?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws NoSuchObjectError, NotPublicError, UnrecoverableError, RpcUnavailableError */
export function locate(client: Client, options: LocateOptions): Promise<PublicLocation> {
  const { name, signal } = options;
  return abortable(`Locating ${JSON.stringify(name)}`, signal, async () => {
    const { ref } = await findVersion(client, options);
    if (ref.visibility !== 'public') throw new NotPublicError(name);
    const { platform, reader, views } = client;
    const manifest = await readManifest({ platform, keys: null, source: reader.source({ signal }), signal }, ref);
    const all = [...ref.chunks, ...manifest.chunks];
    const known = new Map<number, AgreementView>();
    for (const agreement of new Set(all.map((chunk) => chunk.agreement))) known.set(agreement, await views.get(agreement));
    const view = (agreement: number): AgreementView => known.get(agreement) as AgreementView;
    const location: PublicLocation = {
      v: 1,
      contentId: ref.contentId,
      root: bytesToHex(ref.root),
      sizeBytes: manifest.entries.reduce((sum, entry) => sum + entry.size, 0),
      created: Math.floor(ref.created / 1_000),
      manifest: { agreement: ref.agreement, bundle: bundleOf(ref), sizeBytes: ref.size, chunks: ref.chunks.map(publicChunk) },
      segments: segmentsOf(manifest, (agreement) => view(agreement).geometry.payloadSize),
      keys: await batchKeysFor(client, all),
      storages: [...known.values()].sort((a, b) => a.id - b.id).map(storagesOf),
    };
    return parseAs(PublicLocation, location, 'The location');
  });
}

function publicChunk(chunk: ChunkRef): PublicChunk {
  const { chunkId, size, method, agreement, batch, offset, storedSize } = chunk;
  return { chunkId: bytesToHex(chunkId), size, method, agreement, bundle: bundleOf(chunk), batch, offset, storedSize };
}

function storagesOf({ id, state, geometry: { k, m, n, batchLog2 }, hosts }: AgreementView): Storages {
  const slots = Array.from({ length: n }, (_, slot) => {
    const host = hosts.find((one) => one.slot === slot);
    return { provider: host?.provider ?? state.slots[slot]?.provider ?? 0, endpoint: host?.endpoint ?? '' };
  });
  return { agreement: id, k, m, batchLog2, slots };
}
