/** Giving bundles up: their quota is free at once, and providers drop their bytes. */
import { retireBundle, retiredBundles } from '../chain/retire-bundle.ts';
import { readRenewal } from '../chain/pot.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { AgreementError, BundleNeededError, ConcurrentUploadError } from './errors.ts';
import { forgetBundles } from './forget-bundles.ts';
import { pickAgreement } from './pick-agreement.ts';
import { syncCatalog } from './sync-catalog.ts';
import { bundleKey, usageOf } from './usage.ts';

export interface Retired {
  readonly agreement: number;
  readonly bundles: readonly number[];
  /** Batches of quota that are free again. */
  readonly batches: number;
}

/**
 * Retires one bundle, or all of an agreement that nothing needs any more. The newest catalog decides, with every version that it names and
 * with itself; what is needed is refused and nothing happens. In a locked agreement nothing is retired.
 * @throws BundleNeededError, AgreementError, ConcurrentUploadError, UnrecoverableError (what is needed is unknown then), RpcUnavailableError
 */
export function retire(client: Client, options: { readonly agreement?: number | undefined; readonly bundle?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<Retired> {
  const { bundle, signal } = options;
  return abortable('Retiring', signal, async () => {
    const catalog = await syncCatalog(client, { signal });
    const { id, state } = await pickAgreement(client, options.agreement);
    if ((await readRenewal(client.chain, id)).isLocked) {
      if (bundle !== undefined) throw new AgreementError('AGREEMENT_LOCKED', `Agreement ${id} is locked: nothing in it can be deleted before its end.`, 'Keep what may have to go in an agreement that is not locked.', { id });
      return { agreement: id, bundles: [], batches: 0 };
    }
    const { bundles: needed } = await usageOf(client, catalog, signal);
    const gone = await retiredBundles(client.chain, id);
    const all = Array.from({ length: state.bundles }, (_, i) => i).filter((one) => !gone.has(one));
    const use = bundle === undefined ? undefined : needed.get(bundleKey({ agreement: id, bundle }));
    if (bundle !== undefined && use !== undefined) throw new BundleNeededError({ agreement: id, bundle, names: [...use.names], isCatalog: use.isCatalog });
    const chosen = bundle === undefined ? all.filter((one) => !needed.has(bundleKey({ agreement: id, bundle: one }))) : [bundle];
    return retireBundles(client, { agreement: id, bundles: chosen, knownBundles: state.bundles, signal });
  });
}

/** Gives up what was found dead while the agreement had `knownBundles` bundles. An upload of another machine in between may need it again. */
export async function retireBundles(
  client: Client,
  options: { readonly agreement: number; readonly bundles: readonly number[]; readonly knownBundles: number; readonly signal?: AbortSignal | undefined },
): Promise<Retired> {
  const { agreement, bundles, knownBundles, signal } = options;
  let batches = 0;
  for (const bundle of bundles) {
    signal?.throwIfAborted();
    const { state } = await client.views.refresh(agreement);
    if (state.bundles !== knownBundles) throw new ConcurrentUploadError(agreement, knownBundles);
    // First the index: a chunk that is looked up must never be found in a bundle that is gone.
    await forgetBundles(client, { agreement, bundles: [bundle] });
    batches += (await retireBundle(client.chain, { agreement, bundle })).batches;
  }
  await client.views.refresh(agreement);
  return { agreement, bundles, batches };
}
