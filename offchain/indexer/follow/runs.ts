/** Portions of a range, each of which becomes one transaction of the database, and the marks at which they end. */
import type { Failure, IndexedBlock } from '../host/types.ts';
import type { BlockMark } from '../store/state.ts';

/** Events that one transaction takes. */
const EVENTS_PER_COMMIT = 1_000;

/** At least one run, so that a range without events is marked too. */
export function inRuns(blocks: readonly IndexedBlock[]): IndexedBlock[][] {
  const runs: IndexedBlock[][] = [[]];
  let events = 0;
  for (const block of blocks) {
    if (events + block.logs.length > EVENTS_PER_COMMIT && events > 0) {
      runs.push([]);
      events = 0;
    }
    (runs.at(-1) as IndexedBlock[]).push(block);
    events += block.logs.length;
  }
  return runs;
}

export function markOf({ block: { number, hash, parentHash, timestamp } }: IndexedBlock): BlockMark {
  return { number, hash, parentHash, time: Number(timestamp) };
}

/** The block before the one that failed, where it is known and not marked already. */
export function markBefore({ block }: Failure, run: readonly IndexedBlock[], from: number, head: BlockMark | undefined): BlockMark | undefined {
  const before = run.findLast((one) => one.block.number < block);
  const mark = before === undefined ? undefined : markOf(before);
  return mark !== undefined && mark.number >= from && mark.number > (head?.number ?? -1) ? mark : undefined;
}
