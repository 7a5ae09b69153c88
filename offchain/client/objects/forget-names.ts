/** Giving up many names at once: one new catalog, then every bundle that nothing needs any more. */
import { type Catalog, withoutVersions } from '../../codec/catalog.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { pickAgreement } from '../pick-agreement.ts';
import { type Retired, retire } from '../retire.ts';
import { storeCatalog } from '../store-catalog.ts';
import { syncCatalog } from '../sync-catalog.ts';
import { Journal } from '../upload/journal.ts';

/**
 * Forgets the names with all their versions, and of `newestOnly` all versions but the newest. May be ended at any moment and run again.
 * @throws AgreementError, QuotaExceededError (a catalog takes one batch), NotStoredError, ConcurrentUploadError, UnrecoverableError, RpcUnavailableError
 */
export function forgetNames(client: Client, options: { readonly names: readonly string[]; readonly newestOnly?: readonly string[]; readonly agreement?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<Retired> {
  const { names, newestOnly = [], signal } = options;
  return abortable('Forgetting', signal, async () => {
    const before = await syncCatalog(client, { signal });
    const view = await pickAgreement(client, options.agreement);
    let pruned: Catalog = before;
    for (const name of names) pruned = withoutVersions(pruned, name, () => false);
    for (const name of newestOnly) {
      const newest = before.names.get(name)?.at(-1);
      if ((before.names.get(name)?.length ?? 0) > 1) pruned = withoutVersions(pruned, name, (version) => version === newest);
    }
    if (pruned !== before) {
      const journal = await Journal.open(client.state, { agreement: view.id, name: 'catalog', sourceDigest: `forget ${pruned.sequence}` }, Date.now());
      await storeCatalog(client, { view, journal, catalog: pruned, signal });
    }
    return retire(client, { agreement: view.id, signal });
  });
}
