/** Which of two signed records of one creator stands. Pure. */
import type { Hex } from 'viem';

export interface VersionedValue {
  readonly version: number;
  /** keccak-256 of the value: what the creator signed. */
  readonly valueHash: Hex;
}

/** keep: what is stored stands and the writer has it already. conflict: what is stored stands and the writer must merge. */
export type NameDecision = 'store' | 'keep' | 'conflict';

/**
 * A write from the creator: only a higher version replaces. A lower or equal one passes silently when it says the same,
 * so that a retry of a write whose answer was lost succeeds.
 */
export function decideWrite(stored: VersionedValue | undefined, incoming: VersionedValue): NameDecision {
  if (stored === undefined || incoming.version > stored.version) return 'store';
  return incoming.valueHash.toLowerCase() === stored.valueHash.toLowerCase() ? 'keep' : 'conflict';
}

/**
 * A copy from another heavy node. Two heavy nodes apart from each other may each have taken a different value of one version;
 * the greater hash stands at both afterwards, so all copies end equal whatever the order in which they meet.
 */
export function decideCopy(stored: VersionedValue | undefined, incoming: VersionedValue): NameDecision {
  const decision = decideWrite(stored, incoming);
  if (decision !== 'conflict' || stored === undefined || incoming.version !== stored.version) return decision;
  return incoming.valueHash.toLowerCase() > stored.valueHash.toLowerCase() ? 'store' : 'conflict';
}
