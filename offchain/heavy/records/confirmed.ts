/** What each peer is known to have: so that nothing is offered twice, and everything again after a while. */
import type { Hex } from 'viem';

/** Names remembered of one peer; of the others it is asked again. */
const NAMES_KEPT = 100_000;

export class Confirmed {
  readonly #refreshMs: number;
  readonly #nowMs: () => number;
  readonly #peers = new Map<number, Map<Hex, { readonly digest: string; readonly untilMs: number }>>();

  constructor(refreshMs: number, nowMs: () => number = () => performance.now()) {
    this.#refreshMs = refreshMs;
    this.#nowMs = nowMs;
  }

  /** `digest`: of the versions that both have. */
  has(peer: number, key: Hex, digest: string): boolean {
    const entry = this.#peers.get(peer)?.get(key);
    return entry !== undefined && entry.digest === digest && entry.untilMs > this.#nowMs();
  }

  set(peer: number, key: Hex, digest: string): void {
    const names = this.#peers.get(peer) ?? new Map();
    if (names.size >= NAMES_KEPT) names.clear();
    names.set(key, { digest, untilMs: this.#nowMs() + this.#refreshMs });
    this.#peers.set(peer, names);
  }

  /** It was away: it may have lost everything. */
  forget(peer: number): void {
    this.#peers.delete(peer);
  }
}
