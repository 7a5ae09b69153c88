/** From nothing but a wallet to everything that it stored. */
import type { Address } from 'viem';
import { agreementsOf } from '../chain/agreements-of.ts';
import { RpcUnavailableError } from '../chain/chain-errors.ts';
import { equal } from '../codec/bytes.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { NothingStoredError, WrongKeyError } from './errors.ts';
import { findName } from './name-record.ts';
import { syncCatalog } from './sync-catalog.ts';

export interface RestoreCatalogOptions {
  /** Whose data is expected here. A wallet of another creator is told that it has the wrong key. */
  readonly creator?: Address | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestoredCatalog {
  /** Names that the catalog lists. */
  readonly names: number;
  readonly sequence: number;
  /** Chunks that later uploads need not store again. */
  readonly chunks: number;
}

/**
 * Finds the catalog, reads it, and rebuilds the index of stored chunks. The home folder may be empty.
 * @throws WrongKeyError (never "empty") when the data was stored under another key, NothingStoredError when there is none,
 * CatalogUnreachableError, RpcUnavailableError
 */
export function restoreCatalog(client: Client, options: RestoreCatalogOptions = {}): Promise<RestoredCatalog> {
  const { creator = client.creator, signal } = options;
  return abortable('Restoring the catalog', signal, async () => {
    const keys = await client.secrets.keys();
    // The record is a hint that a wrong key cannot misread; what is newest, the chain says.
    const pointer = await findName(client, creator);
    if (pointer !== undefined && !equal(pointer.keyCheck, keys.keyCheck)) throw new WrongKeyError('catalog');
    if (creator !== client.creator) throw new WrongKeyError(`catalog of ${creator}`);
    const agreements = await agreementsOf(client.chain, creator).catch((error: unknown) => {
      if (pointer === undefined || !(error instanceof RpcUnavailableError)) throw error;
      return [pointer.agreement];
    });
    if (agreements.length === 0) throw new NothingStoredError(creator);
    const catalog = await syncCatalog(client, { agreements, signal });
    if (catalog.sequence === 0) throw new NothingStoredError(creator);
    return { names: catalog.names.size, sequence: catalog.sequence, chunks: await client.state.countChunks() };
  });
}
