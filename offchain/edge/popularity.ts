/** How often each fragment was asked for lately: counts that fade, in bounded memory. */

export interface PopularityOptions {
  readonly halfLifeMs: number;
  readonly nowMs?: (() => number) | undefined;
}

interface Entry {
  count: number;
  atMs: number;
  /** The last one who asked, and when: a reader asks for a fragment in many pieces. */
  from: string;
  fromMs: number;
}

const ENTRIES_MAX = 65_536;
/** One address counts once in this time. */
const SAME_READER_MS = 10_000;

export class Popularity {
  readonly #entries = new Map<string, Entry>();
  readonly #halfLifeMs: number;
  readonly #nowMs: () => number;

  constructor(options: PopularityOptions) {
    this.#halfLifeMs = options.halfLifeMs;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Counts a request and returns the fragment's count. */
  note(key: string, from: string): number {
    const nowMs = this.#nowMs();
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#makeRoom();
      this.#entries.set(key, { count: 1, atMs: nowMs, from, fromMs: nowMs });
      return 1;
    }
    const faded = entry.count * 2 ** -((nowMs - entry.atMs) / this.#halfLifeMs);
    const isSame = entry.from === from && nowMs - entry.fromMs < SAME_READER_MS;
    // The newest stand last: whoever has not been asked for for longest is forgotten first.
    this.#entries.delete(key);
    this.#entries.set(key, { count: faded + (isSame ? 0 : 1), atMs: nowMs, from, fromMs: isSame ? entry.fromMs : nowMs });
    return faded + (isSame ? 0 : 1);
  }

  #makeRoom(): void {
    if (this.#entries.size < ENTRIES_MAX) return;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
