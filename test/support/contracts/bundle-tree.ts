import { concatBytes, keccak256 } from 'viem';
import { leafHash, LEAF_SIZE, nodeHash } from '../../../offchain/proof/hash.ts';
import { encodeSample, type SamplePosition } from '../../../offchain/proof/sample.ts';
import { siblingsOf } from '../../../offchain/proof/shape.ts';
import { treePath, treeRoot } from '../../../offchain/proof/tree.ts';

/** What a provider needs to answer a draw: the committed root, and leaf plus paths of any position. */
export interface BundleTree {
  readonly root: Uint8Array;
  readonly batches: number;
  sample(position: SamplePosition): Uint8Array;
}

export interface BundleShape {
  /** Fragments per batch. */
  readonly slots: number;
  readonly leaves: number;
  readonly batches: number;
  /** Two bundles of one label hold the same bytes. */
  readonly label: string;
}

/** Every leaf of every fragment of every batch differs. For small shapes. */
export function distinctBundle({ slots, leaves, batches, label }: BundleShape): BundleTree {
  const leafAt = (batch: number, slot: number, leaf: number) => leafBytes(`${label}/${batch}/${slot}/${leaf}`);
  const leafHashes = Array.from({ length: batches }, (_, batch) =>
    Array.from({ length: slots }, (_, slot) => Array.from({ length: leaves }, (_, leaf) => leafHash(leafAt(batch, slot, leaf)))),
  );
  const fragmentRoots = leafHashes.map((fragments) => fragments.map((hashes) => treeRoot(hashes)));
  const batchRoots = fragmentRoots.map((roots) => treeRoot(roots));
  return {
    root: treeRoot(batchRoots),
    batches,
    sample: ({ leafIndex, slot, batch }) =>
      encodeSample({
        leaf: leafAt(batch, slot, leafIndex),
        fragmentPath: treePath(leafHashes[batch]![slot]!, leafIndex),
        batchPath: treePath(fragmentRoots[batch]!, slot),
        bundlePath: treePath(batchRoots, batch),
      }),
  };
}

/** Full-size trees without the bytes: all leaves of a slot are equal and so are all batches; slots differ. Depth and cost of a proof are real. */
export function uniformBundle({ slots, leaves, batches, label }: BundleShape): BundleTree {
  const contents = Array.from({ length: slots }, (_, slot) => leafBytes(`${label}/${slot}`));
  const fragments = contents.map((content) => uniformTree(leafHash(content), leaves));
  const fragmentRoots = fragments.map(({ root }) => root);
  const bundle = uniformTree(treeRoot(fragmentRoots), batches);
  return {
    root: bundle.root,
    batches,
    sample: ({ leafIndex, slot, batch }) =>
      encodeSample({ leaf: contents[slot]!, fragmentPath: fragments[slot]!.path(leafIndex), batchPath: treePath(fragmentRoots, slot), bundlePath: bundle.path(batch) }),
  };
}

/** A tree of `size` equal nodes: on each level all nodes are equal but the last, so two hashes per level suffice. */
function uniformTree(node: Uint8Array, size: number): { root: Uint8Array; path(index: number): Uint8Array[] } {
  const levels = [{ inner: node, last: node, size }];
  for (let top = levels[0]!; top.size > 1; top = levels.at(-1)!) {
    levels.push({
      inner: nodeHash(top.inner, top.inner),
      last: top.size % 2 === 1 ? top.last : nodeHash(top.inner, top.last),
      size: (top.size + 1) >> 1,
    });
  }
  const nodeAt = ({ level, index }: { level: number; index: number }) => {
    const { inner, last, size: width } = levels[level]!;
    return index === width - 1 ? last : inner;
  };
  return { root: levels.at(-1)!.last, path: (index) => siblingsOf(index, size).map(nodeAt) };
}

/** 256 bytes that look random: sealed fragments have no zeros to save gas with. */
function leafBytes(label: string): Uint8Array {
  const word = keccak256(new TextEncoder().encode(label), 'bytes');
  return concatBytes(Array.from({ length: LEAF_SIZE / 32 }, () => word));
}
