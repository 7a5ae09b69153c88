/** What a job would take, and whether it can be meant: the heavy node's word is not believed either. */
import { geometry } from '../../codec/geometry.ts';
import { REBUILD_LEAVES } from '../../codec/rebuild-fragments.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import { SLOTS_MAX } from '../../wire/limits.ts';
import type { JobSpec, RebuildSpec } from '../../wire/jobs.ts';
import { JobEndedError } from '../errors.ts';

export interface Appraisal {
  /** Read and sent. */
  readonly movedBytes: number;
  readonly memoryBytes: number;
}

/** @throws JobEndedError `declined` when no such job can exist */
export function appraise(spec: JobSpec): Appraisal {
  if (spec.kind === 'rebuild') return appraiseRebuild(spec);
  if (spec.kind === 'audit') {
    if (spec.first + spec.count > spec.leaves) throw new JobEndedError('declined', `A fragment of ${spec.leaves} leaves has none at ${spec.first} + ${spec.count}.`);
    return { movedBytes: 2 * spec.count * LEAF_SIZE, memoryBytes: 2 * spec.count * LEAF_SIZE };
  }
  const range = Math.min(spec.leaves, REBUILD_LEAVES) * LEAF_SIZE;
  return { movedBytes: spec.leaves * LEAF_SIZE, memoryBytes: 2 * range };
}

function appraiseRebuild(spec: RebuildSpec): Appraisal {
  const { k, m, wanted, sources } = spec;
  const n = k + m;
  const slots = [...wanted, ...sources].map(({ slot }) => slot);
  const isSound = n <= SLOTS_MAX && new Set(slots).size === slots.length && slots.every((slot) => slot < n) && sources.length >= k;
  if (!isSound) throw new JobEndedError('declined', `Slots of a scheme ${k}+${m} cannot be rebuilt like this.`);
  const { fragmentSize } = shapeOf(spec);
  const range = Math.min(fragmentSize, REBUILD_LEAVES * LEAF_SIZE);
  // Ranges as they come, unsealed, and what is computed of them; then the wanted fragments whole.
  return { movedBytes: (k + wanted.length) * fragmentSize, memoryBytes: wanted.length * fragmentSize + (3 * k + 2 * wanted.length) * range };
}

function shapeOf(spec: RebuildSpec): ReturnType<typeof geometry> {
  try {
    return geometry(spec);
  } catch (cause) {
    throw new JobEndedError('declined', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
