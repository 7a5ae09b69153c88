/** Answers that are dear to get and large to keep: bounded in bytes and number, the least recently used go first. Who asks for one that is on its way waits with the others. */
import { UnavailableError } from '../wire/http-errors.ts';

export interface BoundedAnswersOptions<T> {
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Questions under way; as many as come where absent. */
  readonly atOnce?: number | undefined;
  readonly sizeOf: (answer: T) => number;
}

interface Entry<T> {
  readonly answer: Promise<T>;
  /** 0 while it is on its way. */
  sizeBytes: number;
}

export class BoundedAnswers<T> {
  readonly #options: BoundedAnswersOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  #bytes = 0;
  #asking = 0;

  constructor(options: BoundedAnswersOptions<T>) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws UnavailableError BUSY; whatever `ask` throws, which is not kept */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.answer;
    }
    const { atOnce = Infinity, sizeOf } = this.#options;
    if (this.#asking >= atOnce) throw new UnavailableError(`This node asks ${atOnce} such questions already.`, { code: 'BUSY', details: { retryAfterSeconds: 1 }, nextStep: 'Wait a moment and ask again.' });
    this.#asking += 1;
    const entry: Entry<T> = { answer: ask().finally(() => (this.#asking -= 1)), sizeBytes: 0 };
    this.#entries.set(key, entry);
    entry.answer.then(
      (answer) => this.#weigh(key, entry, sizeOf(answer)),
      () => this.#entries.get(key) === entry && this.#entries.delete(key),
    );
    return entry.answer;
  }

  #weigh(key: string, entry: Entry<T>, sizeBytes: number): void {
    // It may have had to go while it was on its way.
    if (this.#entries.get(key) !== entry) return;
    entry.sizeBytes = sizeBytes;
    this.#bytes += sizeBytes;
    const { maxBytes, maxEntries } = this.#options;
    for (const [oldest, { sizeBytes: freed }] of this.#entries) {
      if ((this.#bytes <= maxBytes && this.#entries.size <= maxEntries) || this.#entries.size === 1) return;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
