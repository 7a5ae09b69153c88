import { hexToBytes } from 'viem';
import { REBUILD_LEAVES } from '../../codec/rebuild-fragments.ts';
import { FragmentHasher } from '../../proof/fragment-hasher.ts';
import type { TreeSpec } from '../../wire/jobs.ts';
import { provenLeaves, requestRange } from '../../wire/proven-range.ts';
import { endOf } from './end-of.ts';
import type { JobTools } from './tools.ts';

/** Reads the fragment from end to end; the upper levels of its tree. @throws JobEndedError: the first leaf that does not prove itself */
export async function treeJob(tools: JobTools, spec: TreeSpec): Promise<Uint8Array> {
  const { places, rest } = tools;
  const hasher = new FragmentHasher();
  const endpoint = await places.of(spec.provider).catch((error: unknown) => {
    throw endOf(error, 0);
  });
  for (let first = 0; first < spec.leaves; first += REBUILD_LEAVES) {
    const count = Math.min(REBUILD_LEAVES, spec.leaves - first);
    const data = await read(tools, { spec, endpoint, first, count });
    if (data === undefined) throw endOf(undefined, await worst(tools, { spec, endpoint, first, count }));
    hasher.update(data);
    await rest();
  }
  return hasher.finish().upperTree;
}

interface Range {
  readonly spec: TreeSpec;
  readonly endpoint: string;
  readonly first: number;
  readonly count: number;
}

async function read({ signal }: JobTools, { spec, endpoint, first, count }: Range): Promise<Uint8Array | undefined> {
  const claim = { root: hexToBytes(spec.root), leaves: spec.leaves, first, count };
  try {
    return provenLeaves(await requestRange({ ...spec, endpoint }, claim, { signal }), claim);
  } catch (error) {
    throw endOf(error, first);
  }
}

/** Halves the run until one leaf is left: the heavy node asks for that one. */
async function worst(tools: JobTools, range: Range): Promise<number> {
  let { first, count } = range;
  while (count > 1) {
    const half = Math.ceil(count / 2);
    const isLeftGood = (await read(tools, { ...range, first, count: half })) !== undefined;
    [first, count] = isLeftGood ? [first + half, count - half] : [first, half];
  }
  return first;
}
