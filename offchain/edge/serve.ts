/** One read: is it here, is it what the chain says, is it paid. */
import { toHex } from 'viem';
import { LEAF_SIZE } from '../proof/hash.ts';
import { DamagedFragmentError } from '../provider/errors.ts';
import type { FragmentKey } from '../provider/errors.ts';
import { readLeaves } from '../provider/read-fragment.ts';
import type { FragmentRange } from '../provider/read-fragment.ts';
import type { Charge } from '../reads/take/read-request.ts';
import { BadRequestError } from '../wire/http-errors.ts';
import { READ_PIECE_BYTES } from '../wire/paid-reads.ts';
import { nameOf } from './cache.ts';
import type { Edge } from './context.ts';
import { NotCachedError } from './errors.ts';

export interface EdgeRead {
  readonly key: FragmentKey;
  readonly bundle: number;
  readonly first: number;
  readonly count: number;
  /** The address that asks. */
  readonly from: string;
  readonly voucher: string | string[] | undefined;
}

/** @throws NotCachedError, PaymentRequiredError, BadRequestError */
export async function serve(edge: Edge, read: EdgeRead): Promise<{ range: FragmentRange; charge: Charge }> {
  const { cache, roots, popularity, puller, till, counts, config } = edge;
  const { key, bundle, first, count } = read;
  const asked = popularity.note(nameOf(key), read.from);
  if (!cache.has(key)) {
    counts.misses += 1;
    // Counts fade from the first moment on: the second of two quick requests makes almost two.
    if (Math.round(asked) >= config.popularity.pullFrom) puller.want(key, bundle);
    throw new NotCachedError();
  }
  const known = await roots.find(key, bundle);
  if (count < 1 || first + count > known.leaves || count * LEAF_SIZE > READ_PIECE_BYTES) {
    throw new BadRequestError(`The fragment has leaves 0 to ${known.leaves - 1}, at most ${READ_PIECE_BYTES / LEAF_SIZE} at a time.`, { details: { first, count, leaves: known.leaves } });
  }
  if (!(await cache.use(key, known))) {
    counts.misses += 1;
    throw new NotCachedError();
  }
  const charge = await till.charge({ sizeBytes: count * LEAF_SIZE, identify: async () => undefined, voucher: read.voucher });
  try {
    const range = await readLeaves(cache.files, { ...key, root: toHex(known.root), sizeBytes: known.sizeBytes, bad: false }, { first, count });
    counts.hits += 1;
    return { range, charge };
  } catch (error) {
    charge.ended(0);
    // Its disk may fail, or the fragment was pushed out in the same moment: the provider has it.
    if (!(error instanceof DamagedFragmentError)) throw error;
    await cache.drop(key);
    throw new NotCachedError();
  }
}
