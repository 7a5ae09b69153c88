/** `holdfast/proof`: what a provider can prove, and how anybody checks it. For Node and browsers. ../proof/README.md explains it. */
export * from '../proof/bytes.ts';
export * from '../proof/errors.ts';
export * from '../proof/fragment-hasher.ts';
export * from '../proof/fragment-path.ts';
export * from '../proof/hash.ts';
export * from '../proof/range-proof.ts';
export * from '../proof/range-shape.ts';
export * from '../proof/sample.ts';
export * from '../proof/shape.ts';
export * from '../proof/subtree.ts';
export * from '../proof/tree.ts';
export * from '../proof/upper-tree.ts';
export * from '../proof/verify-path.ts';
export * from '../proof/verify-range.ts';
