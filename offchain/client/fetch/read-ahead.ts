/** Begins reads before they are asked for, where the order is known: many small files then cost no round trip each. */
import type { RecordLocation } from '../../codec/types.ts';
import { type Lent, releaseLater } from './lent.ts';

export type LendRecord = (location: RecordLocation) => Promise<Lent[]>;

/** Records that are read mostly in the order of `locations`. What lies elsewhere, or is asked for again, is read as it comes. */
export class ReadAhead {
  readonly #lend: LendRecord;
  /** Each location once, in order. */
  readonly #locations: readonly RecordLocation[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #aheadBytes: number;
  /** Begun and not asked for yet. */
  readonly #begun = new Map<string, { readonly parts: Promise<Lent[]>; readonly sizeBytes: number }>();
  #begunBytes = 0;
  #next = 0;

  constructor(lend: LendRecord, locations: Iterable<RecordLocation>, aheadBytes: number) {
    this.#lend = lend;
    const distinct = new Map([...locations].map((one) => [keyOf(one), one]));
    this.#locations = [...distinct.values()];
    this.#positions = new Map([...distinct.keys()].map((key, i) => [key, i]));
    this.#aheadBytes = aheadBytes;
  }

  /** The caller releases the parts. */
  read(location: RecordLocation): Promise<Lent[]> {
    const key = keyOf(location);
    const position = this.#positions.get(key) ?? -1;
    this.#advance();
    if (position >= this.#next) {
      // Something before it is never asked for any more, and must not fill the window for ever.
      this.#drop();
      this.#next = position;
      this.#advance();
    }
    const begun = this.#begun.get(key);
    if (begun === undefined) return this.#lend(location);
    this.#begun.delete(key);
    this.#begunBytes -= begun.sizeBytes;
    return begun.parts;
  }

  /** Begins nothing any more, and releases what nobody asked for. */
  close(): void {
    this.#next = this.#locations.length;
    this.#drop();
  }

  #advance(): void {
    for (; this.#next < this.#locations.length && this.#begunBytes < this.#aheadBytes; this.#next++) {
      const location = this.#locations[this.#next] as RecordLocation;
      const parts = this.#lend(location);
      // Whoever asks for it is told; until then a failure must not end the process.
      parts.catch(() => undefined);
      this.#begun.set(keyOf(location), { parts, sizeBytes: location.storedSize });
      this.#begunBytes += location.storedSize;
    }
  }

  #drop(): void {
    for (const { parts } of this.#begun.values()) releaseLater(parts);
    this.#begun.clear();
    this.#begunBytes = 0;
  }
}

function keyOf({ agreement, bundle, batch, offset }: RecordLocation): string {
  return `${agreement} ${bundle} ${batch} ${offset}`;
}
