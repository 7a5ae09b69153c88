/** The chance that a batch is lost, from what a run measured: a birth-death chain over the slots that are without their data. */
import type { Tally } from './tally.ts';

const YEAR = 365 * 86_400;
/** A state whose repairs were seen less often says nothing about its rate; the network under stress is asked then, or the state before. */
const SEEN_MIN = 30;

export interface Durability {
  /** Losses per slot and year that the model assumes. */
  readonly lossesPerSlotYear: number;
  /** Repairs per hour with 1, 2, ... slots gone, as measured; states that were hardly seen take the rate of the last one that was. */
  readonly repairsPerHour: readonly number[];
  readonly yearlyLoss: number;
  readonly nines: number;
}

/**
 * State j: j of the agreement's n slots are gone. One more goes with (n - j) times the slot's rate, one comes back with the measured rate
 * of state j. State m + 1 is the end. With h(j) the mean time from j to j + 1: h(0) = 1 / a(0), h(j) = (1 + r(j) h(j-1)) / a(j), and the
 * mean time to a loss is h(0) + ... + h(m).
 */
export function durabilityOf(tally: Tally, options: { readonly k: number; readonly m: number; readonly lossesPerSlotYear: number; readonly stressed?: Tally }): Durability {
  const { k, m, lossesPerSlotYear, stressed } = options;
  const repairsPerHour: number[] = [];
  for (let j = 1; j <= m; j += 1) {
    const seen = [tally, stressed].find((one) => (one?.downs[j] ?? 0) >= SEEN_MIN);
    // More that is gone is not repaired later: the plan puts it first. A stressed network only has longer queues.
    repairsPerHour.push(seen === undefined ? (repairsPerHour.at(-1) ?? 0) : (seen.downs[j]! / seen.inState[j]!) * 3_600);
  }
  let passage = 0;
  let years = 0;
  for (let j = 0; j <= m; j += 1) {
    const up = (k + m - j) * lossesPerSlotYear;
    const down = j === 0 ? 0 : repairsPerHour[j - 1]! * 24 * 365;
    passage = (1 + down * passage) / up;
    years += passage;
  }
  const yearlyLoss = -Math.expm1(-1 / years);
  return { lossesPerSlotYear, repairsPerHour, yearlyLoss, nines: -Math.log10(yearlyLoss) };
}

/** Of everything that harmed slots in the run: departures, dead disks, rot, empty slots. */
export function measuredLosses(tally: Tally, slots: number): number {
  let exposed = 0;
  let losses = 0;
  for (let j = 0; j < slots; j += 1) {
    exposed += tally.inState[j]! * (slots - j);
    losses += tally.ups[j]!;
  }
  return exposed === 0 ? 0 : (losses / exposed) * YEAR;
}
