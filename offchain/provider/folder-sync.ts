import type { FileLayer } from '../store/files.ts';

/** Uploads that end together share one sync of their folder: a sync that begins after a rename covers it. */
export class FolderSync {
  readonly #files: FileLayer;
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(files: FileLayer) {
    this.#files = files;
  }

  sync(path: string): Promise<void> {
    const waiting = this.#next.get(path);
    if (waiting !== undefined) return waiting;
    const running = this.#running.get(path);
    if (running === undefined) return this.#start(path);
    // The running one may have begun before the caller's rename; one more serves everybody who comes until it starts.
    const next = running.then(
      () => this.#startNext(path),
      () => this.#startNext(path),
    );
    this.#next.set(path, next);
    return next;
  }

  #startNext(path: string): Promise<void> {
    this.#next.delete(path);
    return this.#start(path);
  }

  #start(path: string): Promise<void> {
    const sync = this.#files.syncFolder(path).finally(() => {
      if (this.#running.get(path) === sync) this.#running.delete(path);
    });
    this.#running.set(path, sync);
    return sync;
  }
}
