/** The index of stored chunks without what lies in retired bundles: a new upload that counted on such a chunk would lose it. */
import { retiredBundles } from '../chain/retire-bundle.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';

export async function forgetBundles({ state }: Client, options: { readonly agreement: number; readonly bundles: readonly number[] }): Promise<void> {
  const { agreement, bundles } = options;
  await state.forgetChunks(agreement, bundles);
}

/** Bundles that another machine, or an earlier run, retired. */
export async function forgetRetired(client: Client, views: readonly AgreementView[]): Promise<void> {
  for (const { id, state } of views) {
    if (state.retiredBatches === 0) continue;
    await forgetBundles(client, { agreement: id, bundles: [...(await retiredBundles(client.chain, id))] });
  }
}
