/** Ranges of the sizes that creators read, so that a provider that serves audits only gains nothing by telling sizes apart. Pure. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import type { Random } from './plan.ts';

/** Half of them whole stripe units, as a restore reads; half of them parts of any size, as a small file or a range is. */
export function creatorRange(shape: { readonly leaves: number; readonly unit: number }, random: Random): { first: number; count: number } {
  const { leaves } = shape;
  const unitLeaves = shape.unit / LEAF_SIZE;
  const start = Math.floor(random() * Math.ceil(leaves / unitLeaves)) * unitLeaves;
  const whole = Math.min(unitLeaves, leaves - start);
  if (random() < 0.5) return { first: start, count: whole };
  const count = Math.min(whole, Math.ceil(2 ** (random() * Math.log2(whole))));
  return { first: start + Math.floor(random() * (whole - count + 1)), count };
}
