/** Which tunnels are open. Whoever lets bytes drip holds a place only until somebody wants it. */
import { TUNNELS_MAX, TUNNELS_PER_NODE } from '../../p2p/limits.ts';
import { UnavailableError } from '../../wire/http-errors.ts';

/** So long a tunnel may be as slow as it likes. */
const PATIENCE_MS = 10_000;
/** Below it a tunnel makes room, when all places are taken. */
const SLOW_BYTES_PER_SECOND = 8_192;
/** The node's own end of a tunnel that was cut off closes a moment later. */
const SPARE = 2;

export interface TunnelPlace {
  /** So many bytes went through. */
  moved(sizeBytes: number): void;
  leave(): void;
}

interface Held {
  readonly node: number;
  readonly sinceMs: number;
  readonly cut: () => void;
  bytes: number;
}

export class TunnelPlaces {
  readonly #held = new Set<Held>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#held.size;
  }

  /** @param cut ends the exchange. @throws UnavailableError BUSY when nobody is slow enough to make room */
  take(node: number, cut: () => void): TunnelPlace {
    const ofNode = [...this.#held].filter((one) => one.node === node);
    if (ofNode.length >= TUNNELS_PER_NODE - SPARE) this.#makeRoom(ofNode);
    if (this.#held.size >= TUNNELS_MAX) this.#makeRoom([...this.#held]);
    const mine: Held = { node, sinceMs: this.#nowMs(), cut, bytes: 0 };
    this.#held.add(mine);
    return { moved: (sizeBytes) => void (mine.bytes += sizeBytes), leave: () => void this.#held.delete(mine) };
  }

  #makeRoom(among: readonly Held[]): void {
    const now = this.#nowMs();
    const rateOf = ({ bytes, sinceMs }: Held): number => (bytes * 1000) / (now - sinceMs);
    const slow = among.filter((one) => now - one.sinceMs >= PATIENCE_MS && rateOf(one) < SLOW_BYTES_PER_SECOND);
    const [slowest] = slow.sort((a, b) => rateOf(a) - rateOf(b));
    if (slowest === undefined) throw new UnavailableError('The relay carries as much as it may.', { code: 'BUSY', details: { retryAfterSeconds: 1 } });
    this.#held.delete(slowest);
    slowest.cut();
  }
}
