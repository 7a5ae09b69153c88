/** Lays records back to back into batch payloads. */
import type { BatchItem } from './batch-id.ts';
import { FOOTER_BYTES, footerOffset } from './footer.ts';
import type { StoredRecord } from './record.ts';
import type { Geometry, RecordLocation } from './types.ts';

/** `payload` is the packer's own buffer: it is only valid until the packer goes on. */
export interface PackedBatch {
  readonly ordinal: number;
  readonly payload: Uint8Array;
  readonly items: readonly BatchItem[];
}

type Packable = Pick<StoredRecord, 'chunkId' | 'fingerprint' | 'stored'>;

export class Packer {
  readonly #geometry: Geometry;
  readonly #payload: Uint8Array;
  #ordinal = 0;
  #position = 0;
  #items: BatchItem[] = [];

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.#payload = new Uint8Array(geometry.payloadSize);
  }

  /** Yields each batch that becomes full; returns where the record began. */
  *add(record: Packable): Generator<PackedBatch, Pick<RecordLocation, 'batch' | 'offset' | 'storedSize'>> {
    const { chunkId, fingerprint, stored } = record;
    // A full batch is handed out only now: until something follows it, it may still be the last one.
    if (this.#position === this.#payload.length) yield* this.#next();
    const location = { batch: this.#ordinal, offset: this.#position, storedSize: stored.length };
    let done = 0;
    for (;;) {
      const taken = Math.min(stored.length - done, this.#payload.length - this.#position);
      this.#payload.set(stored.subarray(done, done + taken), this.#position);
      this.#items.push({ start: this.#position - done, storedSize: stored.length, chunkId, fingerprint });
      this.#position += taken;
      done += taken;
      if (done === stored.length) return location;
      yield* this.#next();
    }
  }

  /** Puts the footer at the very end of the last batch, which is one more batch when this one has no room. */
  *finish(footer: Omit<Packable, 'chunkId'>): Generator<PackedBatch, void> {
    const start = footerOffset(this.#geometry);
    if (this.#position > start) yield* this.#next();
    this.#payload.set(footer.stored, start);
    this.#items.push({ start, storedSize: FOOTER_BYTES, chunkId: footer.fingerprint, fingerprint: footer.fingerprint });
    yield* this.#next();
  }

  *#next(): Generator<PackedBatch, void> {
    yield { ordinal: this.#ordinal, payload: this.#payload, items: this.#items };
    this.#ordinal++;
    this.#position = 0;
    this.#items = [];
    this.#payload.fill(0);
  }
}

/** The parts of a record's location, batch by batch: a record may run over several of them. */
export function recordSpans(
  geometry: Pick<Geometry, 'payloadSize'>,
  location: Pick<RecordLocation, 'batch' | 'offset' | 'storedSize'>,
): { batch: number; offset: number; sizeBytes: number }[] {
  const spans = [];
  let { batch, offset } = location;
  for (let left = location.storedSize; left > 0; batch++, offset = 0) {
    if (offset >= geometry.payloadSize) throw new RangeError(`offset ${offset} lies behind the batch`);
    const sizeBytes = Math.min(left, geometry.payloadSize - offset);
    spans.push({ batch, offset, sizeBytes });
    left -= sizeBytes;
  }
  return spans;
}
