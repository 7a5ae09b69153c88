/** Fetches what a public name stands for, from the storages themselves. */
import { HoldfastError } from '../../wire/errors.ts';
import { findKept } from '../adopt/find-kept.ts';
import { type FetchLocationOptions, type FetchResult, fetchLocation } from './fetch-location.ts';
import { locationOf } from './location-of.ts';
import type { PublicReader } from './public-reader.ts';
import { resolveName } from './resolve-name.ts';

export interface FetchByNameOptions extends Omit<FetchLocationOptions, 'location'> {
  readonly name: string;
  /** The one that stands when left out. */
  readonly version?: number | undefined;
}

export interface FetchedName extends FetchResult {
  readonly name: string;
  readonly version: number;
  readonly owner: string;
}

/** What is told of a location whose agreement is over, whose bundles are gone, or which too few providers answer for. */
const LOST = new Set(['UNRECOVERABLE', 'NO_DESCRIPTION', 'RESTORE_FAILED', 'NO_SUCH_AGREEMENT', 'NO_SUCH_BUNDLE', 'BAD_LOCATION']);

/**
 * Nothing on the way is believed: the owner is told by the chain, the record is signed by him, and every byte is proven to the roots on the chain and to the ContentID.
 * Where the content is gone from where the owner says, it is taken from whoever keeps the same: a single file's ContentID is of its bytes alone, so it may then have another file name.
 * @throws what `resolveName` and `fetchLocation` throw
 */
export async function fetchByName(reader: PublicReader, options: FetchByNameOptions): Promise<FetchedName> {
  const resolved = await resolveName(reader, options);
  const { name, record } = resolved;
  const { contentId, version, owner } = record;
  const named = { name, version, owner };
  try {
    return { ...(await fetchLocation(reader, { ...options, location: await locationOf(reader, resolved, options) })), ...named };
  } catch (error) {
    if (!(error instanceof HoldfastError) || !LOST.has(error.code)) throw error;
    for (const { location } of await findKept(reader, { contentId, signal: options.signal })) {
      const fetched = await fetchLocation(reader, { ...options, location }).catch(() => undefined);
      options.signal?.throwIfAborted();
      if (fetched !== undefined) return { ...fetched, ...named };
    }
    throw error;
  }
}
