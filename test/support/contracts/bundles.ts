import { bytesToHex, concatHex, type Hex } from 'viem';
import { LEAF_SIZE } from '../../../offchain/proof/hash.ts';
import { signTyped } from '../../../offchain/wire/typed-data.ts';
import type { OpenedAgreement } from './agreements.ts';
import { distinctBundle, type BundleShape, type BundleTree } from './bundle-tree.ts';
import type { Receipt } from './evm.ts';
import type { NodeActor, World } from './world.ts';

export interface CommitOptions {
  readonly batches?: number;
  /** The slots whose providers sign; by default all. */
  readonly slots?: readonly number[];
  readonly build?: (shape: BundleShape) => BundleTree;
}

export interface CommittedBundle {
  readonly bundle: number;
  readonly tree: BundleTree;
  readonly receipt: Receipt;
}

export function leavesOf(terms: { readonly batchLog2: number; readonly k: number }): number {
  return Math.floor(2 ** terms.batchLog2 / terms.k / LEAF_SIZE);
}

/** Bit i for slot i. */
export function bitmap(slots: readonly number[]): bigint {
  return slots.reduce((bits, slot) => bits | (1n << BigInt(slot)), 0n);
}

/** The provider that holds the slot now. */
export async function holderOf(world: World, agreement: number, slot: number): Promise<NodeActor> {
  const [id] = await world.evm.read<[number, unknown]>(world.market, 'slotOf', [agreement, slot]);
  return world.providers.find((provider) => provider.id === id)!;
}

export async function signReceipts(world: World, bundle: { agreement: number; bundle: number; root: Hex; batches: number }, slots: readonly number[]): Promise<Hex> {
  const sign = async (slot: number) => {
    const { operator } = await holderOf(world, bundle.agreement, slot);
    return signTyped(operator, world.domain, 'Receipt', { ...bundle, slot });
  };
  return concatHex(await Promise.all(slots.map(sign)));
}

/** Commits the agreement's next bundle and remembers its tree, so that `proofFor` can answer draws. */
export async function commitBundle(world: World, agreement: OpenedAgreement, options: CommitOptions = {}): Promise<CommittedBundle> {
  const { batches = 1, build = distinctBundle } = options;
  const { k, m } = agreement.terms;
  const slots = options.slots ?? Array.from({ length: k + m }, (_, slot) => slot);
  const { bundles } = await world.evm.read<{ bundles: number }>(world.market, 'agreementOf', [agreement.id]);
  const tree = build({ slots: k + m, leaves: leavesOf(agreement.terms), batches, label: `${agreement.id}/${bundles}` });
  const root = bytesToHex(tree.root);
  const receipts = await signReceipts(world, { agreement: agreement.id, bundle: bundles, root, batches }, slots);
  const receipt = await world.evm.send(agreement.creator.address, world.market, 'commit', [agreement.id, root, batches, bitmap(slots), receipts]);
  world.trees.set(`${agreement.id}/${bundles}`, tree);
  return { bundle: bundles, tree, receipt };
}
