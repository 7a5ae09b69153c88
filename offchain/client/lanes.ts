/** Transfers to each provider: as many at once as it has shown to take, and how long one of them should last. */

export interface LaneLimits {
  /** Transfers at once to one provider, at first and at most. */
  readonly startAtOnce: number;
  readonly maxAtOnce: number;
}

interface Waiter {
  readonly begin: () => void;
}

/** A round is a few times as many transfers as may run at once; what it moved per millisecond decides about the next one. */
const TURNS_PER_ROUND = 3;
/** One more at once must move so much more to be worth it. */
const WORTH = 1.1;
/** After so many rounds what was learnt is tried anew, for connections change. */
const ROUNDS_REMEMBERED = 16;
/** Weight of the newest transfer in the running mean of its speed. */
const FRESH = 0.3;

/**
 * One provider. The limit climbs as long as one more at once moves more bytes, goes back when it did not, and halves when one fails.
 */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #nowMs: () => number;
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #running = 0;
  #round = { sinceMs: 0, bytes: 0, done: 0 };
  /** Bytes per millisecond of the last round with so many at once. */
  readonly #rates = new Map<number, number>();
  #rounds = 0;
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
      signal.throwIfAborted();
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
    if (++this.#round.done < TURNS_PER_ROUND * this.#limit) return;
    // A round after which nobody waits does not tell whether more at once would help.
    if (this.#waiting.size > 0) this.#learn(this.#round.bytes / Math.max(0.1, nowMs - this.#round.sinceMs));
    this.#round = { sinceMs: nowMs, bytes: 0, done: 0 };
  }

  #learn(rate: number): void {
    if (++this.#rounds % ROUNDS_REMEMBERED === 0) this.#rates.clear();
    this.#rates.set(this.#limit, rate);
    const fewer = this.#rates.get(this.#limit - 1);
    const more = this.#rates.get(this.#limit + 1);
    if (fewer !== undefined && rate < WORTH * fewer) this.#limit--;
    else if (more === undefined || more >= WORTH * rate) this.#limit = Math.min(this.#limits.maxAtOnce, this.#limit + 1);
  }

  #failed(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#rates.clear();
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
