import { ProofInputError } from './errors.ts';
import { isInTree } from './shape.ts';

/** A run of `count` leaves from leaf `first` on, in a fragment of `leaves`. */
export interface LeafRange {
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

export function isLeafRange({ leaves, first, count }: LeafRange): boolean {
  return isInTree(first, leaves) && Number.isInteger(count) && count >= 1 && first + count <= leaves;
}

export function checkLeafRange(range: LeafRange): void {
  if (isLeafRange(range)) return;
  throw new ProofInputError(`A fragment of ${range.leaves} leaves has no run of ${range.count} from leaf ${range.first}.`, { ...range });
}

/** One level of a range's proof: the siblings' indices, null where the run's edge needs none. */
export interface RangeLevel {
  readonly level: number;
  readonly left: number | null;
  readonly right: number | null;
}

/**
 * What a run of leaves lacks at every level up to the root: an odd left edge lacks the node before it, an odd right
 * edge (exclusive) the node at it, unless the level ends there. A proof lists them from the leaves up, left before right.
 */
export function rangeLevels({ leaves, first, count }: LeafRange): RangeLevel[] {
  const levels: RangeLevel[] = [];
  let low = first;
  let high = first + count;
  for (let level = 0, size = leaves; size > 1; level += 1, size = (size + 1) >> 1) {
    levels.push({ level, left: low % 2 === 1 ? low - 1 : null, right: high % 2 === 1 && high < size ? high : null });
    low >>= 1;
    high = (high + 1) >> 1;
  }
  return levels;
}

/** How many nodes the proof of a run has. */
export function rangeProofLength(range: LeafRange): number {
  checkLeafRange(range);
  return rangeLevels(range).reduce((total, { left, right }) => total + Number(left !== null) + Number(right !== null), 0);
}
