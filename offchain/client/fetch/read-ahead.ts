/** Begins reads before they are asked for, where the order is known: many small files then cost no round trip each. */
import { viewOf } from '../../codec/bytes.ts';
import { THIS_BUNDLE } from '../../codec/chunk-ref-codec.ts';
import { ChunkTable } from '../../codec/chunk-table.ts';
import type { Pages } from '../../codec/pages.ts';
import type { RecordLocation } from '../../codec/types.ts';
import { type Lent, releaseLater } from './lent.ts';

export type LendRecord = (location: RecordLocation) => Promise<Lent[]>;

/** Records that are read mostly in the order of `locations`. What lies elsewhere, or is asked for again, is read as it comes. */
export class ReadAhead {
  readonly #lend: LendRecord;
  /** Each location once, in order; its id is made of the place, which is what it is found by. */
  readonly #locations: ChunkTable;
  readonly #aheadBytes: number;
  /** Begun and not asked for yet. */
  readonly #begun = new Map<string, { readonly parts: Promise<Lent[]>; readonly sizeBytes: number }>();
  #begunBytes = 0;
  #next = 0;

  /** `pages`: for the locations; all in memory when left out. */
  constructor(lend: LendRecord, locations: Iterable<RecordLocation>, aheadBytes: number, pages?: Pages) {
    this.#lend = lend;
    this.#locations = new ChunkTable(pages);
    for (const { agreement, bundle, batch, offset, storedSize } of locations) {
      const chunkId = placeId({ agreement, bundle, batch, offset });
      if (this.#locations.rowOf(chunkId) < 0) this.#locations.add({ chunkId, agreement, bundle, batch, offset, storedSize, size: 0, method: 0 });
    }
    this.#aheadBytes = aheadBytes;
  }

  /** The caller releases the parts. */
  read(location: RecordLocation): Promise<Lent[]> {
    const key = keyOf(location);
    const position = this.#locations.rowOf(placeId(location));
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
      const location = this.#locations.at(this.#next);
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

/** 32 bytes, another one for each place. */
function placeId({ agreement, bundle, batch, offset }: Omit<RecordLocation, 'storedSize'>): Uint8Array {
  const id = new Uint8Array(32);
  const view = viewOf(id);
  // What differs most comes first, for a table spreads its rows by that.
  view.setUint32(0, offset, true);
  view.setUint32(4, batch, true);
  view.setUint32(8, bundle ?? THIS_BUNDLE, true);
  view.setUint32(12, agreement, true);
  return id;
}

function keyOf({ agreement, bundle, batch, offset }: RecordLocation): string {
  return `${agreement} ${bundle} ${batch} ${offset}`;
}
