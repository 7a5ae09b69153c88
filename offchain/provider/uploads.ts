import { BusyError, UploadSupersededError } from './errors.ts';

/** An upload that goes on for so long makes room, when all places are taken and somebody with fewer of them wants one. What came of it can be resumed. */
const PATIENCE_MS = 10_000;

interface Active {
  readonly control: AbortController;
  readonly done: Promise<void>;
  readonly agreement: number;
  readonly startedMs: number;
}

/** The uploads under way. A newer one of the same fragment ends the older one: a sender that comes back knows of a dead connection before we do. */
export class Uploads {
  readonly #active = new Map<string, Active>();
  readonly #limit: number;
  readonly #nowMs: () => number;
  #running = 0;

  constructor(limit: number, nowMs: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#running;
  }

  /** Names of the fragments that are being written. */
  get names(): ReadonlySet<string> {
    return new Set(this.#active.keys());
  }

  /** Runs `work` once an older upload of `name` has ended. @throws BusyError, UploadSupersededError */
  async run<T>({ name, agreement }: { readonly name: string; readonly agreement: number }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await this.#makeRoom(agreement);
    if (this.#running >= this.#limit) throw new BusyError('uploads', this.#limit);
    const before = this.#active.get(name);
    const control = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = { control, done: promise, agreement, startedMs: this.#nowMs() };
    this.#active.set(name, mine);
    this.#running += 1;
    try {
      before?.control.abort(new UploadSupersededError());
      await before?.done;
      control.signal.throwIfAborted();
      return await work(control.signal);
    } finally {
      this.#running -= 1;
      if (this.#active.get(name) === mine) this.#active.delete(name);
      resolve();
    }
  }

  /** Ends an upload of `name`, if there is one, and waits until what came of it is on the disk. */
  async end(name: string): Promise<void> {
    const active = this.#active.get(name);
    active?.control.abort(new UploadSupersededError());
    await active?.done;
  }

  /** Whoever pays for one small agreement could otherwise keep everybody out, with one byte a second for each place. */
  async #makeRoom(agreement: number): Promise<void> {
    const counts = new Map<number, number>();
    for (const one of this.#active.values()) counts.set(one.agreement, (counts.get(one.agreement) ?? 0) + 1);
    const crowded = [...this.#active.values()].filter((one) => (counts.get(one.agreement) ?? 0) > (counts.get(agreement) ?? 0) + 1);
    const slowest = crowded.sort((a, b) => a.startedMs - b.startedMs)[0];
    if (slowest === undefined || this.#nowMs() - slowest.startedMs < PATIENCE_MS) return;
    slowest.control.abort(new BusyError('uploads', this.#limit));
    await slowest.done;
  }
}
