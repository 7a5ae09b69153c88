/** What of a version can still be read, where batches are lost: data slots that are left give their own parts, so not all of a lost batch need be gone. */
import { recordSpans } from '../../codec/pack.ts';
import type { ChunkRef } from '../../codec/types.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import type { AgreementView } from '../fetch/agreement-view.ts';
import type { VersionUse } from '../usage.ts';
import type { LostBundles } from './lost-batches.ts';

export interface Reading {
  /** Paths of files that have a part which cannot be read, in the version's order. */
  readonly lostPaths: readonly string[];
  /** Why the first of them cannot be; undefined: all can. */
  readonly reason?: string | undefined;
}

/** It lies in a lost batch, or runs over into one. */
export function isLostChunk({ id, geometry }: Pick<AgreementView, 'id' | 'geometry'>, lost: LostBundles, chunk: ChunkRef): boolean {
  const batches = chunk.agreement === id && chunk.bundle !== null ? lost.get(chunk.bundle) : undefined;
  return batches !== undefined && recordSpans(geometry, chunk).some(({ batch }) => batches.has(batch));
}

/** Reads every chunk that lies in a lost batch. */
export async function tryReading(client: Client, where: { readonly view: AgreementView; readonly lost: LostBundles; readonly signal?: AbortSignal | undefined }, { manifest }: VersionUse): Promise<Reading> {
  const { view, lost, signal } = where;
  const source = client.reader.source({ signal });
  const gone = new Set<number>();
  let reason: string | undefined;
  for (const [i, chunk] of manifest.chunks.entries()) {
    if (!isLostChunk(view, lost, chunk)) continue;
    try {
      await source.read(chunk);
    } catch (error) {
      signal?.throwIfAborted();
      reason ??= messageOf(error);
      gone.add(i);
    }
  }
  const lostPaths = manifest.entries.filter(({ chunks }) => chunks.some((index) => gone.has(index))).map(({ path }) => path);
  return { lostPaths, ...(reason === undefined ? {} : { reason }) };
}
