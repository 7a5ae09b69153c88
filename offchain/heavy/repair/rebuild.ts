/** Lost fragments of one batch, all of them computed from one read of any k others, range by range: memory holds them and k ranges of 1 MiB. */
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import { equal } from '../../codec/bytes.ts';
import { nodePlatform } from '../../codec/platform-node.ts';
import { reconstruct } from '../../codec/rs.ts';
import { applyFragmentKey, fragmentKey } from '../../codec/seal.ts';
import type { Geometry } from '../../codec/types.ts';
import { FragmentHasher } from '../../proof/fragment-hasher.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
import { REPAIR_LEAVES } from '../limits.ts';
import { fetchRange } from './sources.ts';
import type { Source } from './sources.ts';
import type { Throttle } from './throttle.ts';

export interface RebuildRequest {
  readonly agreement: number;
  readonly geometry: Geometry;
  /** Whose fragments are wanted. */
  readonly slots: readonly number[];
  readonly batchId: Hex;
  readonly fragmentRoots: readonly Uint8Array[];
  readonly sealKey: Uint8Array;
  /** In the order of preference; those of wanted slots are not read. */
  readonly sources: readonly Source[];
  readonly throttle: Throttle;
}

/**
 * The sealed fragments of `slots`, whose roots are the committed ones.
 * @throws RepairError TOO_FEW_FRAGMENTS, or WRONG_REBUILD when the seal key or the batch id is not the true one
 */
export async function rebuildFragments(context: HeavyContext, request: RebuildRequest): Promise<Map<number, Uint8Array>> {
  const { geometry, slots } = request;
  const { k, m } = geometry;
  const reader = createReader(context, request);
  const builders = await Promise.all(slots.map((slot) => createBuilder(request, slot)));
  for (let first = 0; first < geometry.leaves; first += REPAIR_LEAVES) {
    const count = Math.min(REPAIR_LEAVES, geometry.leaves - first);
    const present = await reader.read(first, count);
    const clear = reconstruct({ k, m, present, wanted: slots });
    for (const builder of builders) await builder.add(first * LEAF_SIZE, clear.get(builder.slot) as Uint8Array);
  }
  return new Map(builders.map((builder) => [builder.slot, builder.finish()]));
}

interface Builder {
  readonly slot: number;
  add(offset: number, clear: Uint8Array): Promise<void>;
  /** @throws RepairError WRONG_REBUILD */
  finish(): Uint8Array;
}

async function createBuilder(request: RebuildRequest, slot: number): Promise<Builder> {
  const { agreement, batchId, fragmentRoots, geometry } = request;
  const key = await keyOf(request, slot);
  const fragment = new Uint8Array(geometry.fragmentSize);
  const hasher = new FragmentHasher();
  return {
    slot,
    async add(offset, clear) {
      const sealed = await applyFragmentKey(nodePlatform, { key, offset, data: clear });
      hasher.update(sealed);
      fragment.set(sealed, offset);
    },
    finish() {
      const { root } = hasher.finish();
      const expected = fragmentRoots[slot];
      if (expected !== undefined && equal(root, expected)) return fragment;
      throw new RepairError('WRONG_REBUILD', `The rebuilt fragment ${slot} does not match its committed root: the seal key or the batch id is wrong.`, {
        agreement, batchId, root: bytesToHex(root),
      });
    },
  };
}

interface Reader {
  /** The same unsealed range of k slots. */
  read(first: number, count: number): Promise<Map<number, Uint8Array>>;
}

/** Keeps to the first k sources; one that fails or lies is left out for the rest of the batch and the next takes its place. */
function createReader(context: HeavyContext, request: RebuildRequest): Reader {
  const { agreement, batchId, fragmentRoots, geometry, slots, throttle } = request;
  const { k, leaves } = geometry;
  const usable = request.sources.filter(({ slot }) => !slots.includes(slot));

  const readOne = async (source: Source, first: number, count: number): Promise<[number, Uint8Array] | undefined> => {
    try {
      const root = fragmentRoots[source.slot] as Uint8Array;
      await throttle.take(count * LEAF_SIZE, context.signal);
      const data = await fetchRange(context, source, { agreement, batchId, root, leaves, first, count });
      return [source.slot, await applyFragmentKey(nodePlatform, { key: await keyOf(request, source.slot), offset: first * LEAF_SIZE, data })];
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.warn('repair.source-failed', { agreement, batchId, slot: source.slot, provider: source.provider, error });
      usable.splice(usable.indexOf(source), 1);
      return undefined;
    }
  };

  return {
    async read(first, count) {
      const present = new Map<number, Uint8Array>();
      while (present.size < k) {
        const next = usable.filter(({ slot }) => !present.has(slot)).slice(0, k - present.size);
        if (next.length + present.size < k) {
          throw new RepairError('TOO_FEW_FRAGMENTS', `Batch ${batchId} of agreement ${agreement} needs ${k} fragments and ${next.length + present.size} can be had.`, {
            agreement, batchId, needed: k, available: next.length + present.size,
          });
        }
        for (const result of await Promise.all(next.map((source) => readOne(source, first, count)))) {
          if (result !== undefined) present.set(...result);
        }
      }
      return present;
    },
  };
}

async function keyOf({ sealKey, batchId }: RebuildRequest, slot: number): Promise<Uint8Array> {
  return fragmentKey(nodePlatform, { sealKey, batchId: Uint8Array.from(Buffer.from(batchId.slice(2), 'hex')), slot });
}
