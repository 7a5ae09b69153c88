/** A catalog as a bundle of its own: how a change without any new data is stored. */
import type { Catalog } from '../codec/catalog.ts';
import { encodeCatalogBundle } from '../codec/encode-bundle.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import { indexedChunks } from './local-state.ts';
import { publishName } from './name-record.ts';
import type { Journal } from './upload/journal.ts';
import { type StoredBundle, storeBundle } from './upload/store-bundle.ts';

/** @throws as `storeBundle` does */
export async function storeCatalog(
  client: Client,
  options: { readonly view: AgreementView; readonly journal: Journal; readonly catalog: Catalog; readonly signal?: AbortSignal | undefined },
): Promise<StoredBundle | null> {
  const { view, journal, catalog, signal } = options;
  const batches = encodeCatalogBundle({
    geometry: view.geometry,
    agreement: view.id,
    keys: await client.secrets.keys(),
    sealKey: await client.secrets.sealKey(view.id),
    platform: client.platform,
    // A catalog is small: reading what other machines stored, only to store less of it, would cost more.
    known: await indexedChunks(client, view.id),
    catalog,
    signal,
  });
  const { stored } = await storeBundle(client, { view, journal, batches, signal });
  await publishName(client).catch(() => undefined);
  return stored;
}
