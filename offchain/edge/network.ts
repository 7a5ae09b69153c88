/** An edge node's place in the network of peers: one parent, and announcements of what it keeps. It serves whether or not that succeeds. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalAccount } from 'viem';
import type { Chain } from '../chain/types.ts';
import type { Logger } from '../store/log.ts';
import type { Announcer } from './announce.ts';
import type { EdgeConfig } from './config.ts';
import type { EdgePeer } from './start-peer.ts';

export interface NetworkOptions {
  readonly id: number;
  readonly chain: Chain;
  readonly account: LocalAccount;
  readonly config: EdgeConfig;
  /** Where the world is told to find the HTTP service. */
  readonly url: string;
  readonly nowSeconds: () => Promise<number>;
  readonly log: Logger;
}

const RETRY_MS = 10_000;
/** Announcements that wait for a network; the oldest are forgotten. */
const WAITING_MAX = 10_000;
/** Announcements of one round; a round begins when the one before has ended and something waits. */
const AT_ONCE = 8;
const ROUND_MS = 1_000;

/** Keeps announcements until the network takes them. */
export class Network implements Announcer {
  readonly #options: NetworkOptions;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #running: Promise<void>;
  peer: EdgePeer | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#running = options.config.p2p.enabled ? this.#run() : Promise.resolve();
  }

  async announce(contentId: string): Promise<void> {
    if (!this.#options.config.p2p.enabled) return;
    this.#waiting.delete(contentId);
    this.#waiting.add(contentId);
    const oldest = this.#waiting.values().next().value;
    if (this.#waiting.size > WAITING_MAX && oldest !== undefined) this.#waiting.delete(oldest);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await this.peer?.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const { log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#round();
        await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        if (signal.aborted) return;
        log.warn('announce.failed', { waiting: this.#waiting.size, error });
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #round(): Promise<void> {
    // libp2p takes half a second and 40 MB to load: only who wants it pays.
    const { startEdgePeer } = await import('./start-peer.ts');
    if (this.#stopped.signal.aborted) return;
    this.peer ??= await startEdgePeer(this.#options);
    if (!this.peer.isAttached) return;
    for (const contentId of [...this.#waiting].slice(0, AT_ONCE)) {
      await this.peer.provide(contentId);
      this.#waiting.delete(contentId);
    }
  }
}
