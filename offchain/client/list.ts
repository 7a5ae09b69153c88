/** What is stored, by name, from the catalog alone: no file is read. */
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { syncCatalog } from './sync-catalog.ts';

export interface ListedVersion {
  /** Counted from 1. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly deleted: boolean;
  /** Absent when deleted, as are those below. */
  readonly contentId?: string;
  readonly visibility?: 'private' | 'public';
  readonly agreement?: number;
  readonly bundle?: number | null;
  /** True: it lies in an agreement of somebody else, and is kept together with others. */
  readonly adopted?: boolean;
}

export interface ListedObject {
  readonly name: string;
  /** The newest version is a deletion. */
  readonly deleted: boolean;
  /** Newest last. */
  readonly versions: readonly ListedVersion[];
}

/** In the order of the names. */
export function list(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<ListedObject[]> {
  return abortable('Listing', options.signal, async () => {
    const { names } = await syncCatalog(client, options);
    return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, versions]) => ({
      name,
      deleted: versions.at(-1)?.kind === 'deleted',
      versions: versions.map((one, i): ListedVersion => {
        if (one.kind === 'deleted') return { version: i + 1, createdMs: one.created, deleted: true };
        const { created, contentId, visibility, agreement, bundle } = one.manifest;
        return { version: i + 1, createdMs: created, deleted: false, contentId, visibility, agreement, bundle, ...(one.foreign === undefined ? {} : { adopted: true }) };
      }),
    }));
  });
}
