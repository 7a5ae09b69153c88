import { describe, expect, it } from 'vitest';
import { geometry } from '../../offchain/codec/geometry.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { REBUILD_LEAVES, rebuildFragments } from '../../offchain/codec/rebuild-fragments.ts';
import type { RebuildOrder } from '../../offchain/codec/rebuild-fragments.ts';
import { applySeal, fragmentKey } from '../../offchain/codec/seal.ts';
import { encodeBatch } from '../../offchain/codec/stripe.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { range, seededRandom } from './random.ts';

const random = seededRandom(11);
/** Fragments of more than one range. */
const shape = geometry({ k: 2, m: 3, batchLog2: 22 });
const sealKey = random.bytes(32);
const batchId = random.bytes(32);
const sealed = await Promise.all(encodeBatch(shape, random.bytes(3_000_000)).map((data, slot) => applySeal(nodePlatform, { sealKey, batchId, slot, offset: 0, data })));
const roots = sealed.map((fragment) => {
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  return hasher.finish().root;
});

interface Source {
  readonly slot: number;
}

/** `asked`: which ranges of which slots were read. */
function order(wanted: readonly number[], changes: Partial<RebuildOrder<Source>> = {}): RebuildOrder<Source> & { readonly asked: { slot: number; first: number }[]; readonly lost: number[] } {
  const asked: { slot: number; first: number }[] = [];
  const lost: number[] = [];
  return {
    asked,
    lost,
    geometry: shape,
    wanted: wanted.map((slot) => ({ slot, root: roots[slot] as Uint8Array })),
    sources: range(5).map((slot) => ({ slot })),
    keyOf: (slot) => fragmentKey(nodePlatform, { sealKey, batchId, slot }),
    async read({ slot }, { first, count }) {
      asked.push({ slot, first });
      return (sealed[slot] as Uint8Array).subarray(first * 256, (first + count) * 256);
    },
    failed: ({ slot }) => void lost.push(slot),
    ...changes,
  };
}

describe('fragments rebuilt from k others', () => {
  it('are what was lost, all of them from one read', async () => {
    expect(shape.leaves).toBeGreaterThan(REBUILD_LEAVES);
    const task = order([0, 2, 4]);
    const fragments = await rebuildFragments(nodePlatform, task);
    expect([...fragments.keys()]).toEqual([0, 2, 4]);
    for (const [slot, fragment] of fragments) expect(fragment).toEqual(sealed[slot]);
    expect(task.asked).toHaveLength(2 * Math.ceil(shape.leaves / REBUILD_LEAVES));
    expect(new Set(task.asked.map(({ slot }) => slot))).toEqual(new Set([1, 3]));
  });

  it('go on with another source in the middle', async () => {
    const task = order([0]);
    const read: typeof task.read = async (source, span) => {
      if (source.slot === 1 && span.first > 0) throw new Error('gone');
      return task.read(source, span);
    };
    expect((await rebuildFragments(nodePlatform, { ...task, read })).get(0)).toEqual(sealed[0]);
    expect(task.lost).toEqual([1]);
  });

  it('are refused when too few sources are left, and when they meet no root', async () => {
    await expect(rebuildFragments(nodePlatform, order([0], { sources: [{ slot: 0 }, { slot: 3 }] }))).rejects.toMatchObject({ code: 'TOO_FEW_FRAGMENTS', details: { needed: 2, available: 1 } });
    await expect(rebuildFragments(nodePlatform, order([0], { keyOf: async () => new Uint8Array(32) }))).rejects.toMatchObject({ code: 'WRONG_REBUILD' });
    await expect(rebuildFragments(nodePlatform, order([0], { wanted: [{ slot: 0, root: roots[1] as Uint8Array }] }))).rejects.toMatchObject({ code: 'WRONG_REBUILD', details: { slot: 0 } });
  });

  it('may be given up by whoever reads', async () => {
    const failed = (): never => {
      throw new Error('stopped');
    };
    const read = async (): Promise<never> => Promise.reject(new Error('gone'));
    await expect(rebuildFragments(nodePlatform, order([0], { read, failed }))).rejects.toThrow('stopped');
  });
});
