/** Which fragments are pulled: the popular ones, a few at once, so many bytes in an hour. */
import type { FragmentKey } from '../provider/errors.ts';
import type { ReadPayer } from '../reads/pay/payer.ts';
import type { Logger } from '../store/log.ts';
import { announceBatch } from './announce.ts';
import type { Announcer } from './announce.ts';
import { nameOf } from './cache.ts';
import type { Cache } from './cache.ts';
import type { EdgeConfig } from './config.ts';
import type { KnownRoots } from './known-roots.ts';
import { pull } from './pull.ts';

export interface PullerOptions {
  readonly cache: Cache;
  readonly roots: KnownRoots;
  readonly payer: ReadPayer;
  readonly config: EdgeConfig;
  readonly log: Logger;
  readonly announcer?: Announcer | undefined;
  readonly nowMs?: (() => number) | undefined;
}

const HOUR_MS = 3_600_000;
/** A fragment whose pull failed is left alone this long. */
const FAILED_MS = 300_000;
const FAILED_MAX = 10_000;

export class Puller {
  readonly #options: PullerOptions;
  readonly #nowMs: () => number;
  readonly #stopped = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failed = new Map<string, number>();
  /** Bytes that may still be pulled; refilled over the hour. */
  #allowance: number;
  #refilledMs: number;
  pulls = 0;

  constructor(options: PullerOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#allowance = options.config.popularity.pullBytesPerHour;
    this.#refilledMs = this.#nowMs();
  }

  /** Begins to pull the fragment unless it is here, on its way, failed lately, or over the bounds. Returns at once. */
  want(key: FragmentKey, bundle: number): void {
    const name = nameOf(key);
    const { cache, config } = this.#options;
    if (cache.has(key) || this.#running.has(name) || this.#running.size >= config.popularity.pullsAtOnce) return;
    if (this.#stopped.signal.aborted || (this.#failed.get(name) ?? -Infinity) > this.#nowMs()) return;
    this.#running.set(name, this.#pull(name, key, bundle).finally(() => this.#running.delete(name)));
  }

  /** For tests and the end: every pull that has begun. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.settled();
  }

  async #pull(name: string, key: FragmentKey, bundle: number): Promise<void> {
    const { cache, roots, payer, config, log, announcer } = this.#options;
    try {
      const known = await roots.find(key, bundle);
      if (known.sizeBytes > config.cache.maxFragmentBytes || !this.#take(known.sizeBytes)) return this.#leave(name);
      await pull({ cache, payer }, key, known, this.#stopped.signal);
      this.pulls += 1;
      log.info('fragment.pulled', { ...key, sizeBytes: known.sizeBytes });
      if (announcer !== undefined) await announceBatch(announcer, key.batchId).catch((error: unknown) => log.warn('announce.failed', { batchId: key.batchId, error }));
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#leave(name);
      log.warn('fragment.not-pulled', { ...key, bundle, error });
    }
  }

  #leave(name: string): void {
    if (this.#failed.size >= FAILED_MAX) this.#failed.clear();
    this.#failed.set(name, this.#nowMs() + FAILED_MS);
  }

  #take(sizeBytes: number): boolean {
    const { pullBytesPerHour } = this.#options.config.popularity;
    const nowMs = this.#nowMs();
    this.#allowance = Math.min(pullBytesPerHour, this.#allowance + ((nowMs - this.#refilledMs) / HOUR_MS) * pullBytesPerHour);
    this.#refilledMs = nowMs;
    if (sizeBytes > this.#allowance) return false;
    this.#allowance -= sizeBytes;
    return true;
  }
}
