import { hexToBytes } from 'viem';
import { geometry } from '../../codec/geometry.ts';
import { nodePlatform } from '../../codec/platform-node.ts';
import { RebuildError, rebuildFragments } from '../../codec/rebuild-fragments.ts';
import type { RequestBody } from '../../wire/http-client.ts';
import type { RebuildSpec } from '../../wire/jobs.ts';
import { provenLeaves, requestRange } from '../../wire/proven-range.ts';
import { JobEndedError } from '../errors.ts';
import type { JobTools } from './tools.ts';

/** The wanted fragments, one behind the other in the order of `wanted`. @throws JobEndedError */
export async function rebuildJob({ places, signal, rest }: JobTools, spec: RebuildSpec): Promise<RequestBody> {
  const { agreement, batchId, wanted, sources } = spec;
  const shape = geometry(spec);
  const keys = new Map([...wanted, ...sources].map(({ slot, key }) => [slot, hexToBytes(key)]));
  const faults: string[] = [];
  try {
    const fragments = await rebuildFragments(nodePlatform, {
      geometry: shape,
      wanted: wanted.map(({ slot, root }) => ({ slot, root: hexToBytes(root) })),
      sources,
      keyOf: async (slot) => keys.get(slot) as Uint8Array,
      async read({ slot, provider, root }, { first, count }) {
        const claim = { root: hexToBytes(root), leaves: shape.leaves, first, count };
        const bytes = await requestRange({ endpoint: await places.of(provider), agreement, batchId, slot }, claim, { signal });
        const data = provenLeaves(bytes, claim);
        if (data === undefined) throw new Error('its bytes do not fit their root');
        return data;
      },
      failed({ provider }, error) {
        signal.throwIfAborted();
        faults.push(`provider ${provider}: ${error instanceof Error ? error.message : String(error)}`);
      },
      rest,
    });
    return { source: inOrder(wanted, fragments), sizeBytes: wanted.length * shape.fragmentSize };
  } catch (error) {
    if (!(error instanceof RebuildError)) throw error;
    throw new JobEndedError(error.code === 'WRONG_REBUILD' ? 'mismatch' : 'too-few', [error.shortMessage, ...faults].join(' '), { cause: error });
  }
}

async function* inOrder(wanted: RebuildSpec['wanted'], fragments: ReadonlyMap<number, Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const { slot } of wanted) yield fragments.get(slot) as Uint8Array;
}
