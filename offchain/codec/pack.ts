/** Lays records back to back into the data fragments of batches. */
import type { FragmentMemory } from './batch-memory.ts';
import { BatchItems } from './batch-id.ts';
import { footerOffset } from './footer.ts';
import { CodecInputError } from './format-errors.ts';
import type { StoredRecord } from './record.ts';
import { clearPayload, writePayload } from './stripe.ts';
import type { Geometry, RecordLocation } from './types.ts';

export interface PackedBatch {
  readonly ordinal: number;
  /** The data fragments are filled, what no item covers with zeros. */
  readonly memory: FragmentMemory;
  readonly items: BatchItems;
}

type Packable = Pick<StoredRecord, 'chunkId' | 'fingerprint' | 'parts'>;

export class Packer {
  readonly #geometry: Geometry;
  #ordinal = 0;
  #position = 0;
  #items = new BatchItems();
  #memory: FragmentMemory | undefined;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  /** Where the next record begins. A full batch counts until `take`: while nothing follows it, it may still be the last one. */
  get place(): Pick<RecordLocation, 'batch' | 'offset'> {
    return { batch: this.#ordinal, offset: this.#position };
  }

  get isFull(): boolean {
    return this.#position === this.#geometry.payloadSize;
  }

  /** True: `open` must be called before anything is added. */
  get needsMemory(): boolean {
    return this.#memory === undefined;
  }

  open(memory: FragmentMemory): void {
    this.#memory = memory;
  }

  /** Adds the record's bytes from `done` on, as many as fit. Returns how many are in now. */
  add({ chunkId, fingerprint, parts }: Packable, done: number): number {
    const start = this.#position - done;
    let before = 0;
    for (const part of parts) {
      const from = Math.max(0, done - before);
      const rest = part.subarray(from, from + this.#geometry.payloadSize - this.#position);
      this.#write(rest);
      before += part.length;
      done += rest.length;
    }
    this.#items.push({ start, storedSize: before, chunkId, fingerprint });
    return done;
  }

  /** Whether a footer fits behind what is packed. */
  get hasRoomForFooter(): boolean {
    return this.#position <= footerOffset(this.#geometry);
  }

  /** Puts the footer at the very end of the batch, zeros before it. */
  addFooter(footer: Omit<Packable, 'chunkId'>): void {
    const start = footerOffset(this.#geometry);
    this.#clearUntil(start);
    this.add({ ...footer, chunkId: footer.fingerprint }, 0);
  }

  /** The batch as it is; the next one begins. */
  take(): PackedBatch {
    this.#clearUntil(this.#geometry.payloadSize);
    const packed = { ordinal: this.#ordinal, memory: this.#held(), items: this.#items };
    this.#ordinal++;
    this.#position = 0;
    this.#items = new BatchItems();
    this.#memory = undefined;
    return packed;
  }

  #write(bytes: Uint8Array): void {
    writePayload(this.#geometry, this.#held().data, { offset: this.#position, bytes });
    this.#position += bytes.length;
  }

  /** The memory still holds an older batch. */
  #clearUntil(end: number): void {
    clearPayload(this.#geometry, this.#held().data, { start: this.#position, end });
    this.#position = end;
  }

  #held(): FragmentMemory {
    if (this.#memory === undefined) throw new CodecInputError('the packer has no memory to write to');
    return this.#memory;
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
