/** Uploads and downloads of this page: they go on while their owner looks at other pages. */
import { useSyncExternalStore } from 'react';
import type { Progress, Stage } from '../../../../client/progress.ts';

export interface Transfer {
  readonly id: number;
  readonly kind: 'upload' | 'download';
  readonly name: string;
  /** `paused` by its owner; `failed`: `error` says why. Both go on by `resume`, and nothing is sent or paid twice. */
  readonly state: 'running' | 'paused' | 'failed' | 'done';
  readonly stages: Readonly<Partial<Record<Stage, { readonly doneBytes: number; readonly totalBytes: number | undefined }>>>;
  readonly stage: Stage | undefined;
  readonly error?: unknown;
  /** What it came to, in a sentence. */
  readonly result?: string | undefined;
}

export type Work = (options: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void }) => Promise<string>;

const DONE_MAX = 20;

class TransferStore {
  #list: readonly Transfer[] = [];
  #last = 0;
  readonly #works = new Map<number, Work>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();

  readonly list = (): readonly Transfer[] => this.#list;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Starts it at once. */
  start(kind: Transfer['kind'], name: string, work: Work): number {
    const id = ++this.#last;
    this.#works.set(id, work);
    this.#set([...this.#list.slice(-DONE_MAX), { id, kind, name, state: 'running', stages: {}, stage: undefined }]);
    void this.#run(id);
    return id;
  }

  pause(id: number): void {
    this.#running.get(id)?.abort();
  }

  resume(id: number): void {
    if (this.#running.has(id) || !this.#works.has(id)) return;
    this.#change(id, { state: 'running', error: undefined });
    void this.#run(id);
  }

  /** What runs is stopped first. */
  forget(id: number): void {
    this.#running.get(id)?.abort();
    this.#works.delete(id);
    this.#set(this.#list.filter((one) => one.id !== id));
  }

  hasRunning(): boolean {
    return this.#running.size > 0;
  }

  async #run(id: number): Promise<void> {
    const work = this.#works.get(id);
    if (work === undefined) return;
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const result = await work({ signal: controller.signal, onProgress: (progress) => this.#progress(id, progress) });
      this.#works.delete(id);
      this.#change(id, { state: 'done', result });
    } catch (error) {
      this.#change(id, controller.signal.aborted ? { state: 'paused' } : { state: 'failed', error });
    } finally {
      this.#running.delete(id);
    }
  }

  #progress(id: number, { stage, doneBytes, totalBytes }: Progress): void {
    const known = this.#list.find((one) => one.id === id);
    if (known !== undefined) this.#change(id, { stage, stages: { ...known.stages, [stage]: { doneBytes, totalBytes } } });
  }

  #change(id: number, change: Partial<Transfer>): void {
    this.#set(this.#list.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  #set(list: readonly Transfer[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}

export const transfers = new TransferStore();

/** Leaving the site stops what runs: the browser asks first. What was sent is kept, and the same files chosen again go on there. */
addEventListener('beforeunload', (event) => {
  if (transfers.hasRunning()) event.preventDefault();
});

export function useTransfers(): readonly Transfer[] {
  return useSyncExternalStore(transfers.subscribe, transfers.list);
}
