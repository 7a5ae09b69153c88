/** Whether somebody is sending bodies: a commit beside them takes half of the processors that they need. */
export class Writers {
  readonly #nowMs: () => number;
  #sending = 0;
  #lastMs = -Infinity;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Counts as sending while `act` runs. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#sending++;
    try {
      return await act();
    } finally {
      this.#sending--;
      this.#lastMs = this.#nowMs();
    }
  }

  /** True when nobody has sent anything for `restMs`. */
  rest(restMs: number): boolean {
    return this.#sending === 0 && this.#nowMs() - this.#lastMs >= restMs;
  }
}
