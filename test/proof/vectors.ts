// Usage: node test/proof/vectors.ts    Rewrites test/vectors/trees.json. The trees are frozen: do it only with a new version.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { range, toHex } from '../codec/random.ts';
import { hashOfNumbers, leafData } from './fixtures.ts';
import { referenceLeaf, referencePath, referenceRoot } from './reference.ts';

const leafCases: readonly (readonly [number, readonly number[]])[] = [
  [1, [0]],
  [2, [0, 1]],
  [3, [0, 2]],
  [5, [1, 4]],
  [25, [24]],
  [64, [0, 63]],
  [65, [63, 64]],
  [1000, [0, 517, 991, 999]],
];

const nodeCases: readonly (readonly [number, readonly number[]])[] = [
  [1, [0]],
  [2, [1]],
  [3, [1, 2]],
  [16, [0, 9, 15]],
  [18, [16, 17]],
  [80, [64, 79]],
];

/** Made by the reference, never by the code under test. Keys are alphabetical, as Solidity's parseJson reads structs. */
export function treeVectors() {
  return {
    about:
      'Paths by index. Leaf i of a tree of `leaves` leaves is the eight words keccak256(abi.encode(leaves, i, w)), w = 0..7; ' +
      'node i of a tree of `size` nodes is keccak256(abi.encode(size, i)). In leafCases level 0 are the leaf hashes, in nodeCases the nodes as they are.',
    leafCases: leafCases.flatMap(([leaves, indices]) => {
      const hashes = range(leaves).map((index) => referenceLeaf(leafData(leaves, index)));
      return indices.map((index) => ({
        index,
        leaf: toHex(leafData(leaves, index)),
        leaves,
        path: referencePath(hashes, index).map(toHex),
        root: toHex(referenceRoot(hashes)),
      }));
    }),
    nodeCases: nodeCases.flatMap(([size, indices]) => {
      const nodes = range(size).map((index) => hashOfNumbers(size, index));
      return indices.map((index) => ({
        index,
        node: toHex(nodes[index]!),
        path: referencePath(nodes, index).map(toHex),
        root: toHex(referenceRoot(nodes)),
        size,
      }));
    }),
  };
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(import.meta.dirname, '../vectors/trees.json'), `${JSON.stringify(treeVectors(), null, 2)}\n`);
}
