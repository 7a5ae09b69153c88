/** Facts that change with every request: written in the background, all that changed together in one transaction, one transaction at a time. */
import type { Store } from './open.ts';

export class FactWriter {
  readonly #store: Store;
  readonly #changed = new Map<string, () => string | undefined>();
  #writing: Promise<void> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the fact, as it is now or newer, is durable. `value` is asked when it is written; undefined: nothing is. */
  save(key: string, value: () => string | undefined): Promise<void> {
    this.#changed.set(key, value);
    // The write under way may have taken its rows already: the next one has this one.
    const next = this.#writing === undefined ? this.#write() : this.#writing.then(() => this.#write(), () => this.#write());
    this.#writing = next;
    const clear = (): void => {
      if (this.#writing === next) this.#writing = undefined;
    };
    next.then(clear, clear);
    return next;
  }

  /** Resolves when nothing is being written. What failed is not tried again before the next `save`. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
  }

  async #write(): Promise<void> {
    const entries = [...this.#changed];
    this.#changed.clear();
    const rows = entries.flatMap(([key, valueOf]) => {
      const value = valueOf();
      return value === undefined ? [] : [{ key, value }];
    });
    if (rows.length === 0) return;
    try {
      await this.#store.$transaction(rows.map(({ key, value }) => this.#store.fact.upsert({ where: { key }, create: { key, value }, update: { value } })));
    } catch (error) {
      for (const [key, value] of entries) if (!this.#changed.has(key)) this.#changed.set(key, value);
      throw error;
    }
  }
}
