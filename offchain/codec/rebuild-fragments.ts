/** Lost fragments of one batch out of any k others, range by range: memory holds them and k ranges. */
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import { LEAF_SIZE } from '../proof/hash.ts';
import { HoldfastError } from '../wire/errors.ts';
import { equal } from './bytes.ts';
import { reconstruct } from './rs.ts';
import { applyFragmentKey } from './seal.ts';
import type { Geometry, Platform } from './types.ts';

/** Leaves of one fragment read at once: 1 MiB from each of k sources. */
export const REBUILD_LEAVES = 4_096;

export class RebuildError extends HoldfastError {
  constructor(code: 'TOO_FEW_FRAGMENTS' | 'WRONG_REBUILD', shortMessage: string, details: Readonly<Record<string, unknown>>) {
    super(code, shortMessage, { retryable: true, details });
  }
}

export interface RebuildOrder<S extends { readonly slot: number }> {
  readonly geometry: Geometry;
  /** Whose fragments are wanted, and the roots that they must have. */
  readonly wanted: readonly { readonly slot: number; readonly root: Uint8Array }[];
  /** In the order of preference; those of wanted slots are not read. One that fails is left out for the rest and the next takes its place. */
  readonly sources: readonly S[];
  /** 32 bytes, see seal.ts. */
  keyOf(slot: number): Promise<Uint8Array>;
  /** Proven sealed bytes of `count` leaves from leaf `first` on. */
  read(source: S, range: { readonly first: number; readonly count: number }): Promise<Uint8Array>;
  /** May throw, to give up. */
  failed(source: S, error: unknown): void;
  /** Waited for after every range, for whoever may not compute all the time. */
  rest?(): Promise<void>;
}

/**
 * The sealed fragments of `wanted`, by slot.
 * @throws RebuildError TOO_FEW_FRAGMENTS; WRONG_REBUILD when keys or roots are not the true ones
 */
export async function rebuildFragments<S extends { readonly slot: number }>(platform: Platform, order: RebuildOrder<S>): Promise<Map<number, Uint8Array>> {
  const { geometry, wanted } = order;
  const { k, m, leaves } = geometry;
  const slots = wanted.map(({ slot }) => slot);
  const read = createReader(platform, order);
  const builders = await Promise.all(wanted.map((one) => createBuilder(platform, order, one)));
  for (let first = 0; first < leaves; first += REBUILD_LEAVES) {
    const present = await read(first, Math.min(REBUILD_LEAVES, leaves - first));
    const clear = reconstruct({ k, m, present, wanted: slots });
    for (const builder of builders) await builder.add(first * LEAF_SIZE, clear.get(builder.slot) as Uint8Array);
    await order.rest?.();
  }
  return new Map(builders.map((builder) => [builder.slot, builder.finish()]));
}

interface Builder {
  readonly slot: number;
  add(offset: number, clear: Uint8Array): Promise<void>;
  finish(): Uint8Array;
}

async function createBuilder<S extends { readonly slot: number }>(platform: Platform, { geometry, keyOf }: RebuildOrder<S>, { slot, root: expected }: { readonly slot: number; readonly root: Uint8Array }): Promise<Builder> {
  const key = await keyOf(slot);
  const fragment = new Uint8Array(geometry.fragmentSize);
  const hasher = new FragmentHasher();
  return {
    slot,
    async add(offset, clear) {
      const sealed = await applyFragmentKey(platform, { key, offset, data: clear });
      hasher.update(sealed);
      fragment.set(sealed, offset);
    },
    finish() {
      if (equal(hasher.finish().root, expected)) return fragment;
      throw new RebuildError('WRONG_REBUILD', `The rebuilt fragment ${slot} does not match its committed root: the seal key or the batch id is wrong.`, { slot });
    },
  };
}

/** The same unsealed range of k slots. */
function createReader<S extends { readonly slot: number }>(platform: Platform, order: RebuildOrder<S>): (first: number, count: number) => Promise<Map<number, Uint8Array>> {
  const { geometry, wanted, sources, keyOf, read, failed } = order;
  const { k } = geometry;
  const usable = sources.filter(({ slot }) => !wanted.some((one) => one.slot === slot));

  const readOne = async (source: S, first: number, count: number): Promise<[number, Uint8Array] | undefined> => {
    try {
      const data = await read(source, { first, count });
      return [source.slot, await applyFragmentKey(platform, { key: await keyOf(source.slot), offset: first * LEAF_SIZE, data })];
    } catch (error) {
      failed(source, error);
      usable.splice(usable.indexOf(source), 1);
      return undefined;
    }
  };

  return async (first, count) => {
    const present = new Map<number, Uint8Array>();
    while (present.size < k) {
      const next = usable.filter(({ slot }) => !present.has(slot)).slice(0, k - present.size);
      const available = next.length + present.size;
      if (available < k) throw new RebuildError('TOO_FEW_FRAGMENTS', `The batch needs ${k} fragments and ${available} can be had.`, { needed: k, available });
      for (const result of await Promise.all(next.map((source) => readOne(source, first, count)))) {
        if (result !== undefined) present.set(...result);
      }
    }
    return present;
  };
}
