/** Begins reads before they are asked for, where the order is known: many small files then cost no round trip each. */
import type { RecordSource } from '../../codec/decode.ts';
import type { RecordLocation } from '../../codec/types.ts';

/** A source that is read mostly in the order of `locations`. What lies elsewhere, or is asked for again, is read as it comes. */
export class ReadAhead implements RecordSource {
  readonly #source: RecordSource;
  /** Each location once, in order. */
  readonly #locations: readonly RecordLocation[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #aheadBytes: number;
  /** Begun and not asked for yet. */
  readonly #begun = new Map<string, Promise<Uint8Array>>();
  #begunBytes = 0;
  #next = 0;

  constructor(source: RecordSource, locations: Iterable<RecordLocation>, aheadBytes: number) {
    this.#source = source;
    const distinct = new Map([...locations].map((one) => [keyOf(one), one]));
    this.#locations = [...distinct.values()];
    this.#positions = new Map([...distinct.keys()].map((key, i) => [key, i]));
    this.#aheadBytes = aheadBytes;
  }

  read(location: RecordLocation): Promise<Uint8Array> {
    const key = keyOf(location);
    const position = this.#positions.get(key) ?? -1;
    this.#advance();
    if (position >= this.#next) {
      // Something before it is never asked for any more, and must not fill the window for ever.
      this.#begun.clear();
      this.#begunBytes = 0;
      this.#next = position;
      this.#advance();
    }
    const begun = this.#begun.get(key);
    if (begun === undefined) return this.#source.read(location);
    this.#begun.delete(key);
    this.#begunBytes -= location.storedSize;
    return begun;
  }

  #advance(): void {
    for (; this.#next < this.#locations.length && this.#begunBytes < this.#aheadBytes; this.#next++) {
      const location = this.#locations[this.#next] as RecordLocation;
      const bytes = this.#source.read(location);
      // Whoever asks for it is told; until then a failure must not end the process.
      bytes.catch(() => undefined);
      this.#begun.set(keyOf(location), bytes);
      this.#begunBytes += location.storedSize;
    }
  }
}

function keyOf({ agreement, bundle, batch, offset }: RecordLocation): string {
  return `${agreement} ${bundle} ${batch} ${offset}`;
}
