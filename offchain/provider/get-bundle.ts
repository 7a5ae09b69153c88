import type { Hex } from 'viem';
import { NotFoundError } from '../wire/http-errors.ts';
import type { BundleDescription } from '../wire/messages.ts';
import { loadDescription, unpackRoots } from './bundle-description.ts';
import type { Provider } from './context.ts';

/**
 * The batches of a bundle and all their fragment roots; with `root` also of one that is not committed.
 * @throws NO_SUCH_BUNDLE
 */
export async function getBundle(
  provider: Provider,
  request: { readonly agreement: number; readonly bundle: number; readonly root: Hex | undefined },
): Promise<BundleDescription> {
  const { agreement, bundle } = request;
  const root = request.root ?? (await provider.store.committedBundle.findUnique({ where: { agreement_bundle: { agreement, bundle } } }))?.root;
  const batches = root === undefined ? undefined : await loadDescription(provider.store, agreement, root.toLowerCase());
  if (root === undefined || batches === undefined) {
    throw new NotFoundError(`Bundle ${bundle} of agreement ${agreement} is not described here.`, {
      code: 'NO_SUCH_BUNDLE',
      details: { agreement, bundle },
      nextStep: 'Ask the provider of another slot that acknowledged it.',
    });
  }
  return { root: root.toLowerCase() as Hex, batches: unpackRoots(batches) };
}
