/** Lost fragments of one batch, all of them computed from one read of any k others: codec/rebuild-fragments.ts over HTTP. */
import type { Hex } from 'viem';
import { nodePlatform } from '../../codec/platform-node.ts';
import { RebuildError, rebuildFragments as rebuild } from '../../codec/rebuild-fragments.ts';
import { fragmentKey } from '../../codec/seal.ts';
import type { Geometry } from '../../codec/types.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import type { HeavyContext } from '../context.ts';
import { RepairError } from '../errors.ts';
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
  /** A source did not answer at all. */
  readonly onSilence?: ((provider: number) => void) | undefined;
}

/**
 * The sealed fragments of `slots`, whose roots are the committed ones.
 * @throws RepairError TOO_FEW_FRAGMENTS, or WRONG_REBUILD when the seal key or the batch id is not the true one
 */
export async function rebuildFragments(context: HeavyContext, request: RebuildRequest): Promise<Map<number, Uint8Array>> {
  const { agreement, batchId, fragmentRoots, geometry, slots, sources, throttle } = request;
  const rootOf = (slot: number): Uint8Array => fragmentRoots[slot] as Uint8Array;
  try {
    return await rebuild(nodePlatform, {
      geometry,
      wanted: slots.map((slot) => ({ slot, root: rootOf(slot) })),
      sources,
      keyOf: (slot) => sealOf(request, slot),
      async read(source, { first, count }) {
        await throttle.take(count * LEAF_SIZE, context.signal);
        return fetchRange(context, source, { agreement, batchId, root: rootOf(source.slot), leaves: geometry.leaves, first, count });
      },
      failed({ slot, provider }, error) {
        context.signal.throwIfAborted();
        if (error instanceof TransportError) request.onSilence?.(provider);
        context.log.warn('repair.source-failed', { agreement, batchId, slot, provider, error });
      },
    });
  } catch (error) {
    if (!(error instanceof RebuildError)) throw error;
    const code = error.code === 'TOO_FEW_FRAGMENTS' ? 'TOO_FEW_FRAGMENTS' : 'WRONG_REBUILD';
    throw new RepairError(code, `Agreement ${agreement}, batch ${batchId}: ${error.shortMessage}`, { agreement, batchId, ...error.details }, error);
  }
}

/** The key of one fragment of this batch, and of nothing else. */
export async function sealOf({ sealKey, batchId }: Pick<RebuildRequest, 'sealKey' | 'batchId'>, slot: number): Promise<Uint8Array> {
  return fragmentKey(nodePlatform, { sealKey, batchId: Uint8Array.from(Buffer.from(batchId.slice(2), 'hex')), slot });
}
