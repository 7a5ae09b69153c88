import type { FragmentHasher, FragmentTree } from '../proof/fragment-hasher.ts';
import type { OpenFile } from '../store/files.ts';
import { TruncatedUploadError, UploadOffsetError, UploadTooLongError } from './errors.ts';
import { hashStart } from './hash-file.ts';

const MIB = 1024 * 1024;
/** Network pieces are small; they are copied into blocks of this size, which are hashed and written as one. */
const BLOCK_BYTES = MIB / 2;
/** An upload that can be resumed is synced each time that so many bytes came, while it goes on. */
const SYNC_EVERY_BYTES = 8 * MIB;

export interface Reception {
  /** Of the whole fragment. */
  readonly sizeBytes: number;
  /** The file holds the bytes before this one already; `body` goes on here. */
  readonly fromBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the reception as if the connection had broken. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that more bytes are durable; never of the whole. Absent: nothing is synced before the end. */
  readonly onDurable?: ((sizeBytes: number) => Promise<void>) | undefined;
}

/**
 * Writes a fragment to `file` and hashes it on the way: in memory there are never more than two blocks. Synced when it returns.
 * @throws TruncatedUploadError (what came is synced, and told to `onDurable`), UploadTooLongError, and the errors of the file
 */
export async function receiveBytes(file: OpenFile, reception: Reception): Promise<FragmentTree> {
  const { sizeBytes, fromBytes, body, signal } = reception;
  const hasher = await hashStart(file, fromBytes);
  if (hasher === undefined) throw new UploadOffsetError(fromBytes, 0);
  const writer = new BlockWriter(file, hasher, reception);
  try {
    for await (const piece of withoutBreaks(body, signal)) {
      if (writer.receivedBytes + piece.length > sizeBytes) throw new UploadTooLongError(sizeBytes);
      await writer.add(piece);
    }
    if (writer.receivedBytes < sizeBytes) throw new BrokenOff(undefined);
  } catch (error) {
    if (!(error instanceof BrokenOff)) {
      await writer.settle();
      throw error;
    }
    const { receivedBytes } = writer;
    const storedBytes = await writer.close();
    throw new TruncatedUploadError({ receivedBytes, expectedBytes: sizeBytes, storedBytes, cause: error.cause });
  }
  await writer.finish();
  return hasher.finish();
}

/** A sender that breaks off is a truncated upload, however its stream words it. */
class BrokenOff extends Error {
  constructor(cause: unknown) {
    super('the sender broke off', { cause });
  }
}

/** Fills one block while the other one is written, and syncs beside it. */
class BlockWriter {
  readonly #file: OpenFile;
  readonly #hasher: FragmentHasher;
  readonly #onDurable: Reception['onDurable'];
  #filling: Uint8Array;
  #other: Uint8Array;
  #filledBytes = 0;
  #writtenBytes: number;
  #writing: Promise<void> = Promise.resolve();
  #syncedBytes: number;
  #syncing: Promise<void> = Promise.resolve();

  constructor(file: OpenFile, hasher: FragmentHasher, { sizeBytes, fromBytes, onDurable }: Reception) {
    const blockBytes = Math.min(BLOCK_BYTES, sizeBytes - fromBytes);
    this.#filling = Buffer.allocUnsafeSlow(blockBytes);
    this.#other = Buffer.allocUnsafeSlow(blockBytes);
    this.#file = file;
    this.#hasher = hasher;
    this.#writtenBytes = fromBytes;
    this.#syncedBytes = fromBytes;
    this.#onDurable = onDurable;
  }

  get receivedBytes(): number {
    return this.#writtenBytes + this.#filledBytes;
  }

  async add(piece: Uint8Array): Promise<void> {
    let at = 0;
    while (at < piece.length) {
      const part = piece.subarray(at, at + this.#filling.length - this.#filledBytes);
      this.#filling.set(part, this.#filledBytes);
      this.#filledBytes += part.length;
      at += part.length;
      if (this.#filledBytes < this.#filling.length) return;
      await this.#flush();
      if (this.#onDurable !== undefined && this.#writtenBytes - this.#syncedBytes >= SYNC_EVERY_BYTES) await this.#startSync();
    }
  }

  /** Everything that came is on its way or was given up; no call is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
  }

  /** Makes what came durable, after a break. Returns how much may be built upon. */
  async close(): Promise<number> {
    if (this.#onDurable === undefined || this.receivedBytes === 0) {
      await this.settle();
      return 0;
    }
    await this.finish();
    await this.#onDurable(this.#writtenBytes);
    return this.#writtenBytes;
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#syncing;
    await this.#file.sync();
  }

  /** Hashes the block while the disk has it. */
  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#filledBytes === 0) return;
    const block = this.#filling.subarray(0, this.#filledBytes);
    this.#writing = this.#file.write([block], this.#writtenBytes);
    // Awaited at the next block; until then a failure must not count as unhandled.
    this.#writing.catch(() => undefined);
    this.#hasher.update(block);
    this.#writtenBytes += this.#filledBytes;
    this.#filledBytes = 0;
    [this.#filling, this.#other] = [this.#other, this.#filling];
  }

  async #startSync(): Promise<void> {
    await this.#syncing;
    await this.#writing;
    const sizeBytes = this.#writtenBytes;
    this.#syncedBytes = sizeBytes;
    this.#syncing = this.#file.sync().then(() => this.#onDurable?.(sizeBytes));
    this.#syncing.catch(() => undefined);
  }
}

async function* withoutBreaks(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), aborted]).catch((cause: unknown) => {
        throw new BrokenOff(cause);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that hangs would hold this one.
    void pieces.return?.()?.catch(() => undefined);
  }
}
