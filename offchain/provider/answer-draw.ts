import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { readBundle } from '../chain/read-bundle.ts';
import type { DrawState } from '../chain/read-draws.ts';
import { encodeSample, verifySample } from '../proof/sample.ts';
import { treePath } from '../proof/tree.ts';
import { HoldfastError } from '../wire/errors.ts';
import { loadDescription, nodesOf } from './bundle-description.ts';
import type { Provider } from './context.ts';
import { DamagedFragmentError, NoSuchFragmentError } from './errors.ts';
import { findFragment, markBad } from './fragments.ts';
import { readLeaf } from './read-fragment.ts';

/** Nothing is stored that could answer the draw. */
export class CannotProveError extends HoldfastError {
  constructor(draw: DrawState, why: string, cause?: unknown) {
    const { agreement, slot, batch, leaf } = draw;
    super('CANNOT_PROVE', `Cannot prove agreement ${agreement}, slot ${slot}, batch ${batch}, leaf ${leaf}: ${why}.`, {
      cause,
      details: { agreement, slot, batch, leaf },
      nextStep: 'The heavy node rebuilds what is missing from the other slots; check the disk meanwhile.',
    });
  }
}

/**
 * One draw's part of the proof, as Market.prove describes it: checked up to the root that the chain has now.
 * @throws DamagedFragmentError, CannotProveError: nothing may be sent then
 */
export async function answerDraw(provider: Provider, draw: DrawState): Promise<Uint8Array> {
  const { agreement, slot, n } = draw;
  const index = indexesOf(draw.bundles);
  const bundle = draw.bundles.at(-1);
  if (draw.isSpent || bundle === undefined) return index;
  const committed = await readBundle(provider.chain, agreement, bundle);
  // The slot's provider of that time never confirmed these bytes: the contract asks for no proof of them.
  if (((committed.acknowledged >> BigInt(slot)) & 1n) === 0n) return index;

  const batches = await loadDescription(provider.store, agreement, committed.root.toLowerCase());
  const position = draw.batch - committed.first;
  const batch = batches?.[position];
  if (batches === undefined || batch === undefined) throw new CannotProveError(draw, `bundle ${bundle} is not described here`);
  const { leaf, path } = await leafOf(provider, draw, batch.batchId);
  const sample = {
    leaf,
    fragmentPath: path,
    batchPath: treePath(nodesOf(batch.fragmentRoots), slot),
    bundlePath: treePath(batches.map((one) => one.batchRoot), position),
  };
  const at = { leafIndex: draw.leaf, leaves: draw.leaves, slot, slots: n, batch: position, batches: committed.batches };
  if (!verifySample({ bundleRoot: hexToBytes(committed.root), position: at, sample })) {
    throw await damaged(provider, draw, batch.batchId);
  }
  return new Uint8Array([...index, ...encodeSample(sample)]);
}

/** Four bytes each, big-endian. */
function indexesOf(bundles: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * bundles.length);
  const view = new DataView(bytes.buffer);
  bundles.forEach((bundle, i) => view.setUint32(4 * i, bundle));
  return bytes;
}

async function leafOf(provider: Provider, draw: DrawState, batchId: Hex): Promise<{ leaf: Uint8Array; path: Uint8Array[] }> {
  const key = { agreement: draw.agreement, batchId, slot: draw.slot };
  const fragment = await findFragment(provider.store, key);
  if (fragment === undefined) throw new CannotProveError(draw, 'its fragment is not here', new NoSuchFragmentError(key, 'was never stored here'));
  if (fragment.bad) throw await damaged(provider, draw, batchId);
  try {
    return await readLeaf(provider.files, fragment, draw.leaf);
  } catch (cause) {
    if (cause instanceof DamagedFragmentError) throw await damaged(provider, draw, batchId, cause);
    throw cause;
  }
}

async function damaged(provider: Provider, draw: DrawState, batchId: Hex, cause?: unknown): Promise<DamagedFragmentError> {
  const key = { agreement: draw.agreement, batchId, slot: draw.slot };
  await markBad(provider.store, key);
  return new DamagedFragmentError(key, { batch: draw.batch, leaf: draw.leaf, cause });
}
