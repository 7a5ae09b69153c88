/** When something that failed is tried again: after pauses that double, or at once when what it depends on has changed. */
export class Retries {
  readonly #firstMs: number;
  readonly #lastMs: number;
  readonly #now: () => number;
  readonly #waiting = new Map<string, { readonly facts: string; readonly pauseMs: number; readonly untilMs: number }>();

  constructor(options: { readonly firstMs: number; readonly lastMs: number; readonly now?: () => number }) {
    this.#firstMs = options.firstMs;
    this.#lastMs = options.lastMs;
    this.#now = options.now ?? Date.now;
  }

  /** `facts`: whatever the outcome depends on. */
  isDue(key: string, facts = ''): boolean {
    const waiting = this.#waiting.get(key);
    return waiting === undefined || waiting.facts !== facts || waiting.untilMs <= this.#now();
  }

  /** It failed the last time that it was tried. */
  isFailing(key: string): boolean {
    return this.#waiting.has(key);
  }

  failed(key: string, facts = ''): void {
    const earlier = this.#waiting.get(key);
    const pauseMs = earlier?.facts === facts ? Math.min(this.#lastMs, earlier.pauseMs * 2) : this.#firstMs;
    this.#waiting.set(key, { facts, pauseMs, untilMs: this.#now() + pauseMs });
  }

  succeeded(key: string): void {
    this.#waiting.delete(key);
  }
}
