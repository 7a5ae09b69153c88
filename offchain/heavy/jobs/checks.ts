/** Whether a worker's result is true. Each costs less than the job, and believes nothing. */
import { setImmediate as turn } from 'node:timers/promises';
import { hexToBytes } from 'viem';
import { equal } from '../../codec/bytes.ts';
import { geometry } from '../../codec/geometry.ts';
import { FragmentHasher } from '../../proof/fragment-hasher.ts';
import { isUpperTreeSound, readUpperTree, upperTreeSize } from '../../proof/upper-tree.ts';
import type { AuditSpec, JobSpec, RebuildSpec, TreeSpec } from '../../wire/jobs.ts';
import { provenLeaves, provenRangeBytes } from '../../wire/proven-range.ts';

/** Hashed in one go, so that other requests get their turn in between. */
const PIECE_BYTES = 1024 * 1024;

/** The exact size of a true result. */
export function resultBytes(spec: JobSpec): number {
  if (spec.kind === 'rebuild') return spec.wanted.length * geometry(spec).fragmentSize;
  return spec.kind === 'audit' ? provenRangeBytes(spec) : upperTreeSize(spec.leaves);
}

/** What a worker reads and sends. */
export function movedBytes(spec: JobSpec): number {
  if (spec.kind === 'rebuild') return (spec.k + spec.wanted.length) * geometry(spec).fragmentSize;
  return spec.kind === 'audit' ? 2 * provenRangeBytes(spec) : spec.leaves * 256 + upperTreeSize(spec.leaves);
}

/** The fragments by slot when every one meets its committed root. */
export async function checkRebuild(spec: RebuildSpec, result: Uint8Array): Promise<Map<number, Uint8Array> | undefined> {
  const { fragmentSize } = geometry(spec);
  const fragments = new Map<number, Uint8Array>();
  for (const [i, { slot, root }] of spec.wanted.entries()) {
    const fragment = result.subarray(i * fragmentSize, (i + 1) * fragmentSize);
    const hasher = new FragmentHasher();
    for (let at = 0; at < fragment.length; at += PIECE_BYTES) {
      hasher.update(fragment.subarray(at, at + PIECE_BYTES));
      await turn();
    }
    if (!equal(hasher.finish().root, hexToBytes(root))) return undefined;
    fragments.set(slot, fragment);
  }
  return fragments;
}

export async function checkAudit(spec: AuditSpec, result: Uint8Array): Promise<true | undefined> {
  return provenLeaves(result, { ...spec, root: hexToBytes(spec.root) }) === undefined ? undefined : true;
}

/** The tree's upper levels, down to the roots of its 16 KiB: nobody can name these without most of the fragment, or its provider's help. */
export async function checkTree(spec: TreeSpec, result: Uint8Array): Promise<true | undefined> {
  try {
    const tree = readUpperTree(result);
    return tree.leaves === spec.leaves && equal(tree.root, hexToBytes(spec.root)) && isUpperTreeSound(tree) ? true : undefined;
  } catch {
    return undefined;
  }
}
