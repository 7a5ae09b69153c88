interface Item {
  readonly at: number;
  readonly order: number;
  readonly act: () => void | Promise<void>;
}

/** Virtual time: what is due, in the order of time, and of its entry where times are equal. A binary heap. */
export class Agenda {
  now = 0;
  readonly #heap: Item[] = [];
  #entered = 0;

  /** @param at seconds; not before now */
  put(at: number, act: Item['act']): void {
    this.#heap.push({ at: Math.max(at, this.now), order: this.#entered++, act });
    let i = this.#heap.length - 1;
    while (i > 0 && this.#isBefore(i, (i - 1) >> 1)) {
      this.#swap(i, (i - 1) >> 1);
      i = (i - 1) >> 1;
    }
  }

  in(seconds: number, act: Item['act']): void {
    this.put(this.now + seconds, act);
  }

  /** Does everything that is due up to and at `until`. */
  async run(until: number): Promise<void> {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= until) {
      const { at, act } = this.#take();
      this.now = at;
      // Most acts are plain: waiting only where there is something to wait for keeps millions of them cheap.
      const waiting = act();
      if (waiting !== undefined) await waiting;
    }
    this.now = until;
  }

  #take(): Item {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      if (least === i) return first;
      this.#swap(i, least);
      i = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const x = this.#heap[a]!;
    const y = this.#heap[b]!;
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}
