import { Violation } from '../violation.ts';
import type { Deal } from './deals.ts';

const STATES = 17;

/** What a run counts. Bytes are as numbers; durations seconds. */
export class Tally {
  /** Time that agreements with data spent with j of their slots gone, and how often one more went or came back. */
  readonly inState = new Float64Array(STATES);
  readonly ups = new Float64Array(STATES);
  readonly downs = new Float64Array(STATES);
  repairSeconds = 0;
  repairSecondsMax = 0;
  repairs = 0;
  lostBatches = 0;
  committedBatches = 0;
  batchSeconds = 0;
  repairBytes = 0;
  committedBytes = 0;
  /** Bytes of slots that lost their provider: what a repair must make again. */
  lostSlotBytes = 0;
  noSuccessor = 0;
  noSuccessorSlots = new Set<string>();
  unrepairable = 0;
  opened = 0;
  noMatch = 0;
  refusedByMode = 0;
  modes: { readonly from: number; readonly to: number }[] = [];
  lapsed = 0;
  renewed = 0;
  ended = 0;
  dismissals = 0;
  surrenders = 0;
  healed = 0;
  faults = 0;
  reports = 0;
  departures = 0;
  joins = 0;
  realChecks = 0;

  /** The agreement's slot is without its data from now on, or has it again. */
  setHarm(deal: Deal, options: { readonly slot: number; readonly isHarmed: boolean; readonly seconds: number }): void {
    const { slot, isHarmed, seconds } = options;
    const bit = 1 << slot;
    if (((deal.harmed & bit) !== 0) === isHarmed) return;
    this.passTime(deal, seconds);
    const before = countOf(deal.harmed);
    deal.harmed ^= bit;
    if (isHarmed) {
      this.ups[before]! += 1;
      deal.harmedAt[slot] = seconds;
    } else {
      this.downs[before]! += 1;
      const took = seconds - deal.harmedAt[slot]!;
      this.repairs += 1;
      this.repairSeconds += took;
      this.repairSecondsMax = Math.max(this.repairSecondsMax, took);
    }
  }

  passTime(deal: Deal, seconds: number): void {
    if (deal.committedEpoch >= 0) {
      this.inState[countOf(deal.harmed)]! += seconds - deal.harmSince;
      this.batchSeconds += (seconds - deal.harmSince) * deal.batches;
    }
    deal.harmSince = seconds;
  }
}

function countOf(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

export function insist(holds: boolean, rule: string, seconds: number, what: () => string): void {
  if (!holds) throw new Violation(rule, seconds, what());
}
