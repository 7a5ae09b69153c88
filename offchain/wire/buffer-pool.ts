/** Buffers of one size that are used again: V8 answers a stream of large new ones with one collection of the whole heap after the other. */
export class BufferPool {
  readonly #bufferBytes: number;
  readonly #kept: number;
  readonly #allocate: (sizeBytes: number) => ArrayBuffer | SharedArrayBuffer;
  readonly #free: (ArrayBuffer | SharedArrayBuffer)[] = [];

  /** `kept`: free buffers that stay allocated. `isShared`: in memory that other threads see. */
  constructor(options: { readonly bufferBytes: number; readonly kept: number; readonly isShared: boolean }) {
    const { bufferBytes, kept, isShared } = options;
    this.#bufferBytes = bufferBytes;
    this.#kept = kept;
    this.#allocate = (sizeBytes) => (isShared ? new SharedArrayBuffer(sizeBytes) : new ArrayBuffer(sizeBytes));
  }

  /** `sizeBytes` with anything in them. Small and very large ones are made for the purpose. */
  take(sizeBytes: number): Uint8Array {
    if (!this.#isOurs(sizeBytes)) return new Uint8Array(this.#allocate(sizeBytes));
    return new Uint8Array(this.#free.pop() ?? this.#allocate(this.#bufferBytes), 0, sizeBytes);
  }

  /** Takes back what `take` gave, once nobody reads or writes it any more. What is never given back, the garbage collector takes. */
  give({ buffer }: Uint8Array): void {
    if (buffer.byteLength === this.#bufferBytes && this.#free.length < this.#kept) this.#free.push(buffer);
  }

  #isOurs(sizeBytes: number): boolean {
    return sizeBytes <= this.#bufferBytes && sizeBytes > this.#bufferBytes / 16;
  }
}
