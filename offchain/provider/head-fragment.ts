import type { Hex } from 'viem';
import { authorize } from './authorize.ts';
import type { Provider } from './context.ts';
import type { FragmentKey } from './errors.ts';
import { findFragment } from './fragments.ts';
import { uploadName } from './put-fragment.ts';

/**
 * How many bytes of a fragment with this root are durable: all when it is stored, what a broken upload left otherwise. An upload of it
 * that is under way is ended first, so that the answer stays true until the asker goes on.
 * @throws the errors of `authorize`
 */
export async function headFragment(
  provider: Provider,
  request: { readonly key: FragmentKey; readonly header: string | undefined; readonly expectedRoot: Hex | undefined },
): Promise<number> {
  const { key, header, expectedRoot } = request;
  await authorize(provider, { header, agreement: key.agreement, slot: key.slot });
  await provider.uploads.end(uploadName(key));
  const stored = await findFragment(provider.store, key);
  if (stored !== undefined && !stored.bad && (expectedRoot === undefined || stored.root === expectedRoot)) return stored.sizeBytes;
  return expectedRoot === undefined ? 0 : provider.files.partials.marked({ ...key, root: expectedRoot });
}
