import { LEAF_SIZE } from '../proof/hash.ts';
import { PagePool } from '../store/page-pool.ts';
import { BadRequestError } from '../wire/http-errors.ts';
import { LEAVES_PER_READ_MAX } from '../wire/limits.ts';
import type { Provider } from './context.ts';
import { DamagedFragmentError, NoSuchFragmentError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import { findFragment, markBad } from './fragments.ts';
import { readLeaves } from './read-fragment.ts';
import type { FragmentRange } from './read-fragment.ts';

/** A reader asks for a mebibyte and its proof at a time; the disk writes it there itself, for fragments are seldom read twice. */
const memory = new PagePool({ blockBytes: (1 << 20) + 4096, freeMax: 16 });

/**
 * Leaves of a fragment with their range proof; anybody may read, for the bytes are sealed. From `first` (0) on, `count` (all the rest).
 * @throws NoSuchFragmentError; BadRequestError for leaves that the fragment does not have
 */
export async function getFragment(
  provider: Provider,
  request: { readonly key: FragmentKey; readonly first: number | undefined; readonly count: number | undefined },
): Promise<FragmentRange> {
  const { key, first = 0 } = request;
  const fragment = await findFragment(provider.store, key);
  if (fragment === undefined) throw new NoSuchFragmentError(key, 'was never stored here');
  if (fragment.bad) throw new NoSuchFragmentError(key, 'was stored here and is damaged');
  const leaves = fragment.sizeBytes / LEAF_SIZE;
  const count = request.count ?? Math.min(leaves - first, LEAVES_PER_READ_MAX);
  if (first >= leaves || count < 1 || first + count > leaves || count > LEAVES_PER_READ_MAX) {
    throw new BadRequestError(`The fragment has leaves 0 to ${leaves - 1}, at most ${LEAVES_PER_READ_MAX} at a time.`, { details: { first, count, leaves } });
  }
  try {
    return await readLeaves(provider.files, fragment, { first, count, memory });
  } catch (error) {
    if (!(error instanceof DamagedFragmentError)) throw error;
    await markBad(provider.store, key);
    provider.log.error('fragment.damaged', { ...key, error });
    throw new NoSuchFragmentError(key, 'was stored here and is damaged');
  }
}
