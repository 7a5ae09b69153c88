import { BusyError, UploadSupersededError } from './errors.ts';

interface Active {
  readonly control: AbortController;
  readonly done: Promise<void>;
}

/** The uploads under way. A newer one of the same fragment ends the older one: a sender that comes back knows of a dead connection before we do. */
export class Uploads {
  readonly #active = new Map<string, Active>();
  readonly #limit: number;
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#running;
  }

  /** Names of the fragments that are being written. */
  get names(): ReadonlySet<string> {
    return new Set(this.#active.keys());
  }

  /** Runs `work` once an older upload of `name` has ended. @throws BusyError, UploadSupersededError */
  async run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) throw new BusyError('uploads', this.#limit);
    const before = this.#active.get(name);
    const control = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = { control, done: promise };
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
}
