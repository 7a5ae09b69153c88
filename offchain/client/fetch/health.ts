/** What a client remembers of its providers: how fast they are, and whom to leave alone for a while. */
import type { Policy } from '../policy.ts';

export interface AvoidedProvider {
  readonly provider: number;
  readonly failures: number;
  readonly reason: string;
}

interface Trouble {
  failures: number;
  reason: string;
  untilMs: number;
}

interface Rate {
  waitMs: number;
  bytesPerMs: number;
}

/** Weight of the newest measure in the running means. */
const FRESH = 0.3;

export class ProviderHealth {
  readonly #policy: Policy;
  readonly #nowMs: () => number;
  readonly #troubles = new Map<number, Trouble>();
  readonly #rates = new Map<number, Rate>();

  constructor(policy: Policy, nowMs: () => number = () => performance.now()) {
    this.#policy = policy;
    this.#nowMs = nowMs;
  }

  /** A request was answered with the right bytes. */
  succeeded(provider: number, measure: { readonly timeMs: number; readonly sizeBytes: number }): void {
    const trouble = this.#troubles.get(provider);
    // One right answer does not clear a liar: it only serves its time.
    if (trouble !== undefined && trouble.untilMs <= this.#nowMs()) this.#troubles.delete(provider);
    const timeMs = Math.max(0.1, measure.timeMs);
    const known = this.#rates.get(provider);
    const bytesPerMs = Math.max(1, measure.sizeBytes / timeMs);
    this.#rates.set(provider, known === undefined
      ? { waitMs: timeMs, bytesPerMs }
      : { waitMs: mix(known.waitMs, timeMs), bytesPerMs: mix(known.bytesPerMs, bytesPerMs) });
  }

  /** A request failed, came late, or was answered with wrong bytes (`isLie`: left alone for the longest time at once). */
  failed(provider: number, reason: string, isLie = false): void {
    const known = this.#troubles.get(provider);
    // Twenty transfers that break at once are one failure.
    const failures = (known?.failures ?? 0) + (known !== undefined && this.isAvoided(provider) ? 0 : 1);
    const waitMs = isLie ? this.#policy.avoidMaxMs : Math.min(this.#policy.avoidMaxMs, this.#policy.avoidMs * 2 ** (failures - 1));
    const untilMs = Math.max(known?.untilMs ?? 0, this.#nowMs() + waitMs);
    this.#troubles.set(provider, { failures, reason, untilMs });
  }

  isAvoided(provider: number): boolean {
    return (this.#troubles.get(provider)?.untilMs ?? -Infinity) > this.#nowMs();
  }

  /** Smaller is better: healthy ones first, fast ones before slow ones, unmeasured ones in the middle. */
  rank(provider: number): number {
    const trouble = this.#troubles.get(provider);
    const penalty = this.isAvoided(provider) ? 1e9 * (1 + (trouble?.failures ?? 0)) : 0;
    return penalty + (this.#rates.get(provider)?.waitMs ?? this.#median((rate) => rate.waitMs) ?? 0);
  }

  /** When a read of this many bytes counts as late, from what all providers together have shown. */
  lateMs(sizeBytes: number): number {
    const { lateFactor, lateMinMs, lateMaxMs, lateUnmeasuredMs } = this.#policy;
    const waitMs = this.#median((rate) => rate.waitMs);
    const bytesPerMs = this.#median((rate) => rate.bytesPerMs);
    if (waitMs === undefined || bytesPerMs === undefined) return lateUnmeasuredMs;
    return Math.min(lateMaxMs, Math.max(lateMinMs, lateFactor * Math.max(waitMs, sizeBytes / bytesPerMs)));
  }

  /** Who failed so far, most failures first. */
  report(): AvoidedProvider[] {
    return [...this.#troubles]
      .map(([provider, { failures, reason }]) => ({ provider, failures, reason }))
      .sort((a, b) => b.failures - a.failures);
  }

  #median(of: (rate: Rate) => number): number | undefined {
    const values = [...this.#rates.values()].map(of).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)];
  }
}

function mix(old: number, fresh: number): number {
  return old + FRESH * (fresh - old);
}
