import type { Chain } from '../chain/client.ts';

/** After a failed question the next ones are answered from memory for this long: a request must not wait for every retry. */
const PAUSE_MS = 5_000;

/** The chain's time, also while the RPC is away: the local clock then goes on from what was known last. */
export class SteadyClock {
  readonly #chain: Chain;
  #aheadSeconds = 0;
  #failedAtMs = -Infinity;
  #askedAtMs = -Infinity;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Whole Unix seconds. Never throws. */
  async nowSeconds(): Promise<number> {
    if (Date.now() - this.#failedAtMs >= PAUSE_MS) {
      try {
        this.#aheadSeconds = (await this.#chain.nowSeconds()) - Date.now() / 1000;
        this.#askedAtMs = performance.now();
      } catch {
        this.#failedAtMs = Date.now();
      }
    }
    return this.#estimate();
  }

  /** As `nowSeconds`, from what the chain said at most `freshMs` ago: uploads ask with every fragment. */
  async recentSeconds(freshMs: number): Promise<number> {
    return performance.now() - this.#askedAtMs < freshMs ? this.#estimate() : this.nowSeconds();
  }

  #estimate(): number {
    return Math.floor(Date.now() / 1000 + this.#aheadSeconds);
  }
}
