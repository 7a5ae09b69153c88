/** Deleting a name: the catalog says so from now on. Older versions stay readable until their bundles are given up. */
import { withDeletion } from '../codec/catalog.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError } from './errors.ts';
import { pickAgreement } from './pick-agreement.ts';
import { storeCatalog } from './store-catalog.ts';
import { syncCatalog } from './sync-catalog.ts';
import { Journal } from './upload/journal.ts';

export interface RemoveOptions {
  readonly name: string;
  /** Where the new catalog is stored; the only running agreement when left out. It takes one batch. */
  readonly agreement?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws NoSuchObjectError, AgreementError, NotStoredError, ContractRevertError, RpcUnavailableError */
export function remove(client: Client, options: RemoveOptions): Promise<{ agreement: number; bundle: number | null }> {
  const { name, signal } = options;
  return abortable(`Deleting ${JSON.stringify(name)}`, signal, async () => {
    const before = await syncCatalog(client, { signal });
    const view = await pickAgreement(client, options.agreement);
    const journal = await Journal.open(client.state, { agreement: view.id, name, sourceDigest: 'deletion' }, Date.now());
    const catalog = withDeletion(before, name, journal.created);
    if (catalog === before) {
      await journal.drop();
      throw new NoSuchObjectError(name, 'nothing is stored under this name');
    }
    const stored = await storeCatalog(client, { view, journal, catalog, signal });
    return { agreement: view.id, bundle: stored?.bundle ?? null };
  });
}
