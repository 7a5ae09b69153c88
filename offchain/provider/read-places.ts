/** Reads at once; each holds up to 4 MiB. */
export const READS_MAX = 32;
/** A reader that took nothing for so long makes room, when all places are taken and somebody else wants one. */
const PATIENCE_MS = 2_000;

export interface ReadPlace {
  /** Fires when the reader has to make room. */
  readonly signal: AbortSignal;
  /** `work`: a piece is with the system, until the reader takes it. */
  waiting<T>(work: () => Promise<T>): Promise<T>;
}

interface Place {
  readonly control: AbortController;
  sinceMs: number | undefined;
}

/** Few reads go on at once, so a handful of readers that ask and take nothing would keep everybody else out: among those the longest silent one goes first. */
export class ReadPlaces {
  readonly #places = new Set<Place>();
  readonly #most: number;
  readonly #nowMs: () => number;

  constructor(options: { readonly most?: number; readonly nowMs?: () => number } = {}) {
    this.#most = options.most ?? READS_MAX;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  get taken(): number {
    return this.#places.size;
  }

  /** Undefined when every place is taken by somebody who reads. */
  use<T>(work: (place: ReadPlace) => Promise<T>): Promise<T> | undefined {
    if (this.#places.size >= this.#most) this.#makeRoom();
    if (this.#places.size >= this.#most) return undefined;
    const place: Place = { control: new AbortController(), sinceMs: undefined };
    this.#places.add(place);
    const waiting = async <R>(wait: () => Promise<R>): Promise<R> => {
      place.sinceMs = this.#nowMs();
      try {
        return await wait();
      } finally {
        place.sinceMs = undefined;
      }
    };
    return work({ signal: place.control.signal, waiting }).finally(() => this.#places.delete(place));
  }

  #makeRoom(): void {
    let slowest: Place | undefined;
    for (const place of this.#places) if ((place.sinceMs ?? Infinity) < (slowest?.sinceMs ?? Infinity)) slowest = place;
    if (slowest?.sinceMs === undefined || this.#nowMs() - slowest.sinceMs < PATIENCE_MS) return;
    this.#places.delete(slowest);
    slowest.control.abort();
  }
}
