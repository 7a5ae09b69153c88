/** What happens to a true record: pure. */
import { VERSIONS_KEPT, VERSIONS_KEPT_BYTES, outranks } from '../../wire/named-record.ts';
import type { Rank } from '../../wire/named-record.ts';

/** head: it stands from now on. history: kept among the older ones. conflict: refused, because its writer should know what stands. */
export type Outcome = 'head' | 'history' | 'conflict';

/** A writer must be above what stands; a copy from another node may also be one that was missed. */
export function outcomeOf(incoming: Rank, head: Rank | undefined, isCopy: boolean): Outcome {
  if (head === undefined || isAbove(incoming, head, isCopy)) return 'head';
  return isCopy ? 'history' : 'conflict';
}

/** Two values of one version are a fork: among copies the greater hash stands, a writer is told. */
function isAbove(incoming: Rank, head: Rank, isCopy: boolean): boolean {
  if (!isCopy && incoming.tenure === head.tenure && incoming.version === head.version) return false;
  return outranks(incoming, head);
}

/** The versions that go: the lowest, beyond the number and the bytes that are kept. The head always stays. */
export function surplus<T extends Rank & { readonly sizeBytes: number }>(versions: readonly T[]): T[] {
  const sorted = [...versions].sort((a, b) => (outranks(a, b) ? -1 : 1));
  let sizeBytes = 0;
  return sorted.filter((version, i) => {
    sizeBytes += version.sizeBytes;
    return i > 0 && (i >= VERSIONS_KEPT || sizeBytes > VERSIONS_KEPT_BYTES);
  });
}
