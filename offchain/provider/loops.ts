import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `tick` again and again with a pause, until stopped. Stopping waits for the tick under way. */
export class Loop {
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: { readonly pauseMs: number; readonly tick: () => Promise<void>; readonly onError: (error: unknown) => void }) {
    this.#running = this.#run(options);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(options: { readonly pauseMs: number; readonly tick: () => Promise<void>; readonly onError: (error: unknown) => void }): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await options.tick();
      } catch (error) {
        options.onError(error);
      }
      await sleep(options.pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
