/** Transfers to each provider: as many at once as it has shown to take, and how long one of them should last. */

export interface LaneLimits {
  /** Transfers at once to one provider, at first and at most. */
  readonly startAtOnce: number;
  readonly maxAtOnce: number;
}

interface Waiter {
  readonly begin: () => void;
}

/** A round is as many transfers as may run at once; what it moved per millisecond decides about the next one. */
const FASTER = 1.1;
const SLOWER = 0.8;
/** Weight of the newest transfer in the running mean of its speed. */
const FRESH = 0.3;

/**
 * One provider. The limit climbs as long as more transfers at once move more bytes, and falls when they do not, or when one fails.
 */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #nowMs: () => number;
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #running = 0;
  #round = { sinceMs: 0, bytes: 0, done: 0 };
  #lastRate = 0;
  #bytesPerMs: number | undefined;

  constructor(limits: LaneLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#limit = limits.startAtOnce;
  }

  get atOnce(): number {
    return this.#limit;
  }

  /** Of a single transfer, while as many as allowed were under way. Undefined before the first one. */
  get bytesPerMs(): number | undefined {
    return this.#bytesPerMs;
  }

  /** Runs `task` when its turn comes. Rejects when `signal` fires while it waits. */
  async run<T>(sizeBytes: number, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    const startedMs = this.#nowMs();
    try {
      const result = await task();
      this.#succeeded(sizeBytes, startedMs);
      return result;
    } catch (error) {
      // What the caller ended says nothing about the provider.
      if (!signal.aborted) this.#failed();
      throw error;
    } finally {
      this.#running--;
      this.#admit();
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const waiter: Waiter = {
        begin: () => {
          signal.removeEventListener('abort', leave);
          if (this.#running === 0) this.#round = { sinceMs: this.#nowMs(), bytes: 0, done: 0 };
          this.#running++;
          resolve();
        },
      };
      const leave = (): void => {
        this.#waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiter);
      this.#admit();
    });
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#running >= this.#limit) return;
      this.#waiting.delete(waiter);
      waiter.begin();
    }
  }

  #succeeded(sizeBytes: number, startedMs: number): void {
    const nowMs = this.#nowMs();
    const own = sizeBytes / Math.max(0.1, nowMs - startedMs);
    this.#bytesPerMs = this.#bytesPerMs === undefined ? own : this.#bytesPerMs + FRESH * (own - this.#bytesPerMs);
    this.#round.bytes += sizeBytes;
    // A round in which nobody had to wait does not tell whether more at once would help.
    if (++this.#round.done < this.#limit) return;
    const rate = this.#round.bytes / Math.max(0.1, nowMs - this.#round.sinceMs);
    if (this.#waiting.size > 0 && rate > this.#lastRate * FASTER) this.#limit = Math.min(this.#limits.maxAtOnce, this.#limit + 1);
    else if (rate < this.#lastRate * SLOWER) this.#limit = Math.max(1, this.#limit - 1);
    this.#lastRate = rate;
    this.#round = { sinceMs: nowMs, bytes: 0, done: 0 };
  }

  #failed(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#lastRate = 0;
    this.#round = { sinceMs: this.#nowMs(), bytes: 0, done: 0 };
  }
}

/** The lanes of all providers of one direction. */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #nowMs: () => number;
  readonly #lanes = new Map<number, Lane>();

  constructor(limits: LaneLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  of(provider: number): Lane {
    const known = this.#lanes.get(provider);
    if (known !== undefined) return known;
    const lane = new Lane(this.#limits, this.#nowMs);
    this.#lanes.set(provider, lane);
    return lane;
  }

  /** How long the median provider takes for a transfer of this many bytes. Undefined as long as none was measured. */
  expectedMs(sizeBytes: number): number | undefined {
    const rates = [...this.#lanes.values()].flatMap(({ bytesPerMs }) => bytesPerMs ?? []).sort((a, b) => a - b);
    const median = rates[Math.floor(rates.length / 2)];
    return median === undefined ? undefined : sizeBytes / median;
  }
}
