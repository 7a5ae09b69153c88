import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import type { Chain } from '../chain/client.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { BundleState } from '../chain/read-bundle.ts';
import type { DrawState } from '../chain/read-draws.ts';
import { encodeSample, verifySample } from '../proof/sample.ts';
import type { Sample } from '../proof/sample.ts';
import { treePath } from '../proof/tree.ts';
import { verifyPath } from '../proof/verify-path.ts';
import type { Store } from '../store/open.ts';
import { HoldfastError } from '../wire/errors.ts';
import { loadBatch, loadBatchRoots, nodesOf } from './bundle-description.ts';
import type { Provider } from './context.ts';
import { DamagedFragmentError, NoSuchFragmentError } from './errors.ts';
import { findFragment, markBad } from './fragments.ts';
import type { Shelves } from './fragments.ts';
import { readLeaf } from './read-fragment.ts';
import type { LeafProof } from './read-fragment.ts';

/** One leaf of a slot's fragment. `batch` counts inside the bundle. */
export interface WantedLeaf {
  readonly agreement: number;
  readonly slot: number;
  readonly bundle: number;
  readonly batch: number;
  readonly leaf: number;
  readonly leaves: number;
  /** Slots of the agreement. */
  readonly n: number;
}

/** Nothing is stored that could show the leaf. */
export class CannotProveError extends HoldfastError {
  constructor(wanted: WantedLeaf, why: string, cause?: unknown) {
    const { agreement, slot, bundle, batch, leaf } = wanted;
    super('CANNOT_PROVE', `Cannot prove agreement ${agreement}, slot ${slot}, bundle ${bundle}, batch ${batch}, leaf ${leaf}: ${why}.`, {
      cause,
      details: { agreement, slot, bundle, batch, leaf },
      nextStep: 'The heavy node rebuilds what is missing from the other slots; check the disk meanwhile.',
    });
  }
}

/** Bundles as the chain has them, each read once: several draws of an epoch often meet the same one. */
export class BundleReads {
  readonly #chain: Chain;
  readonly #reads = new Map<string, Promise<BundleState>>();

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  read(agreement: number, bundle: number): Promise<BundleState> {
    const name = `${agreement}/${bundle}`;
    const known = this.#reads.get(name) ?? readBundle(this.#chain, agreement, bundle);
    this.#reads.set(name, known);
    return known;
  }
}

/**
 * One draw's part of the proof, as Market.prove describes it: checked up to the root that the chain has now.
 * @throws DamagedFragmentError, CannotProveError: nothing may be sent then
 */
export async function answerDraw(provider: Provider, draw: DrawState, bundles = new BundleReads(provider.chain)): Promise<Uint8Array> {
  const { agreement, slot, leaf, leaves, n } = draw;
  const index = indexesOf(draw.bundles);
  const bundle = draw.bundles.at(-1);
  if (draw.isSpent || bundle === undefined) return index;
  const committed = await bundles.read(agreement, bundle);
  // The slot's provider of that time never confirmed these bytes: the contract asks for no proof of them.
  if (((committed.acknowledged >> BigInt(slot)) & 1n) === 0n) return index;
  const wanted = { agreement, slot, bundle, batch: draw.batch - committed.first, leaf, leaves, n };
  return new Uint8Array([...index, ...encodeSample(await showLeaf(provider, wanted, committed))]);
}

/**
 * A leaf and its way up to the bundle root that the chain has now. Reads four rows, 16 KiB of the fragment and its upper tree, however much
 * is stored here.
 * @throws DamagedFragmentError, CannotProveError
 */
export async function showLeaf({ store, files }: Shelves, wanted: WantedLeaf, committed: Pick<BundleState, 'root' | 'batches'>): Promise<Sample> {
  const { agreement, slot, bundle, leaves, n } = wanted;
  const root = committed.root.toLowerCase();
  const batch = await loadBatch(store, { agreement, root, position: wanted.batch });
  const batchRoots = await loadBatchRoots(store, agreement, root);
  if (batch === undefined || batchRoots === undefined) throw new CannotProveError(wanted, `bundle ${bundle} is not described here`);
  const { leaf, path, fragmentRoot } = await leafOf({ store, files }, wanted, batch.batchId);
  const sample = {
    leaf,
    fragmentPath: path,
    batchPath: treePath(nodesOf(batch.fragmentRoots), slot),
    bundlePath: treePath(batchRoots, wanted.batch),
  };
  const at = { leafIndex: wanted.leaf, leaves, slot, slots: n, batch: wanted.batch, batches: committed.batches };
  if (verifySample({ bundleRoot: hexToBytes(committed.root), position: at, sample })) return sample;
  // The bytes are what was received: then it is the description that does not lead to the chain's root.
  const isWhole = verifyPath({ root: hexToBytes(fragmentRoot), index: wanted.leaf, size: leaves, leaf, path });
  if (isWhole) throw new CannotProveError(wanted, `what is known of bundle ${bundle} does not lead to its root ${root}`);
  throw await damaged(store, wanted, batch.batchId);
}

/** Four bytes each, big-endian. */
function indexesOf(bundles: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * bundles.length);
  const view = new DataView(bytes.buffer);
  bundles.forEach((bundle, i) => view.setUint32(4 * i, bundle));
  return bytes;
}

async function leafOf({ store, files }: Shelves, wanted: WantedLeaf, batchId: Hex): Promise<LeafProof & { fragmentRoot: Hex }> {
  const key = { agreement: wanted.agreement, batchId, slot: wanted.slot };
  const fragment = await findFragment(store, key);
  if (fragment === undefined) throw new CannotProveError(wanted, 'its fragment is not here', new NoSuchFragmentError(key, 'was never stored here'));
  if (fragment.bad) throw await damaged(store, wanted, batchId);
  try {
    return { ...(await readLeaf(files, fragment, wanted.leaf)), fragmentRoot: fragment.root };
  } catch (cause) {
    if (cause instanceof DamagedFragmentError) throw await damaged(store, wanted, batchId, cause);
    throw cause;
  }
}

async function damaged(store: Store, wanted: WantedLeaf, batchId: Hex, cause?: unknown): Promise<DamagedFragmentError> {
  const key = { agreement: wanted.agreement, batchId, slot: wanted.slot };
  await markBad(store, key);
  return new DamagedFragmentError(key, { batch: wanted.batch, leaf: wanted.leaf, cause });
}
