/** What a worker's month comes to. Pure. CPU-seconds are those of the heavy node's own run of the same kernels. */
import { JOBS_PER_LEASE, LEASES_MAX } from './limits.ts';

/** `promised`: cores x percent x seconds for which the promise held. `delivered`: of verified jobs. `missed`: of work that was on offer and not done. */
export interface Measure {
  readonly promisedSeconds: number;
  readonly deliveredSeconds: number;
  readonly missedSeconds: number;
}

/** Outcomes by weight; half of them goes over into the next month. */
export interface Outcomes {
  readonly good: number;
  readonly bad: number;
}

/** A month without anything given still leaves this much of pay and rank. */
export const FACTOR_LEAST = 0.25;
/** Good outcomes that a stranger is credited. */
const PRIOR = 4;
/** Below it a worker gets nothing to do. */
export const TRUST_LEAST = 0.5;
const MICRO = 1_000_000n;

/** What the worker owed: never more than it promised, and never more than was on offer to it. */
export function dueSeconds({ promisedSeconds, deliveredSeconds, missedSeconds }: Measure): number {
  return Math.min(promisedSeconds, deliveredSeconds + missedSeconds);
}

/**
 * The factor on next month's pay and rank: 1 - (due - delivered) / due, at least FACTOR_LEAST. A month in which nothing was on offer changes nothing.
 * @param factor this month's
 */
export function nextFactor(measure: Measure, factor: number): number {
  const due = dueSeconds(measure);
  if (due <= 0) return factor;
  return Math.min(1, Math.max(FACTOR_LEAST, 1 - Math.max(0, due - measure.deliveredSeconds) / due));
}

/** 1 for whoever failed in nothing, falling with every wrong, late or returned job. */
export function trustOf({ good, bad }: Outcomes): number {
  return (good + PRIOR) / (good + bad + PRIOR);
}

/** Jobs that a worker may hold at once: by what it finished, not by what it says. */
export function leasesOf(worker: Outcomes & { readonly cores: number; readonly percent: number }): number {
  if (trustOf(worker) < TRUST_LEAST) return 0;
  const promised = Math.max(1, Math.ceil((worker.cores * worker.percent) / 100));
  return Math.min(LEASES_MAX, promised, 1 + Math.floor(worker.good / JOBS_PER_LEASE));
}

/**
 * Token units for one worker's month: its part of the pool by finished CPU-seconds, at most `payPerCpuHour` for each hour, times its factor. What docking
 * takes is not shared out among the others.
 */
export function payOf(worker: { readonly deliveredSeconds: number; readonly factor: number }, month: { readonly pool: bigint; readonly totalSeconds: number; readonly payPerCpuHour: bigint }): bigint {
  const delivered = micro(worker.deliveredSeconds);
  const total = micro(month.totalSeconds);
  if (delivered === 0n || total === 0n) return 0n;
  const share = (month.pool * delivered) / total;
  const most = (month.payPerCpuHour * delivered) / (3_600n * MICRO);
  return ((share < most ? share : most) * micro(worker.factor)) / MICRO;
}

function micro(value: number): bigint {
  return BigInt(Math.round(value * Number(MICRO)));
}
