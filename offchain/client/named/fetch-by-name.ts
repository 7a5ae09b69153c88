/** Fetches what a public name stands for, from the storages themselves. */
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

/**
 * Nothing on the way is believed: the owner is told by the chain, the record is signed by him, and every byte is proven to the roots on the chain and to the ContentID.
 * @throws what `resolveName` and `fetchLocation` throw
 */
export async function fetchByName(reader: PublicReader, options: FetchByNameOptions): Promise<FetchedName> {
  const resolved = await resolveName(reader, options);
  const { name, record } = resolved;
  const location = await locationOf(reader, resolved, options);
  return { ...(await fetchLocation(reader, { ...options, location })), name, version: record.version, owner: record.owner };
}
