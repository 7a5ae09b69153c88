import { bytesToHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { isTrue } from '../../offchain/heavy/repair/description.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import type { BundleDescription } from '../../offchain/wire/messages.ts';

function random() {
  return bytesToHex(nodePlatform.randomBytes(32));
}

const roots = [0, 1, 2].map(() => [0, 1, 2, 3].map(() => nodePlatform.randomBytes(32)));
const root = bytesToHex(treeRoot(roots.map((fragmentRoots) => treeRoot(fragmentRoots))));
const honest: BundleDescription = { root, batches: roots.map((fragmentRoots) => ({ batchId: random(), fragmentRoots: fragmentRoots.map((one) => bytesToHex(one)) })) };
const expected = { root, batches: 3, slots: 4 };

describe('isTrue', () => {
  it('accepts what hashes to the root on the chain', () => {
    expect(isTrue(honest, expected)).toBe(true);
  });

  it('does not look at the root that the provider claims', () => {
    expect(isTrue({ ...honest, root: random() }, expected)).toBe(true);
  });

  it.each([
    ['another fragment root', honest.batches.map((batch, i) => (i === 1 ? { ...batch, fragmentRoots: [random(), ...batch.fragmentRoots.slice(1)] } : batch))],
    ['a batch too few', honest.batches.slice(1)],
    ['a batch too many', [...honest.batches, ...honest.batches.slice(0, 1)]],
    ['batches in another order', [...honest.batches].reverse()],
    ['a slot too few', honest.batches.map((batch) => ({ ...batch, fragmentRoots: batch.fragmentRoots.slice(1) }))],
  ])('refuses %s', (_what, batches) => {
    expect(isTrue({ root, batches }, expected)).toBe(false);
  });
});
