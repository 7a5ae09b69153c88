import type { FragmentHasher, FragmentTree } from '../proof/fragment-hasher.ts';
import type { OpenFile } from '../store/files.ts';
import { BLOCK_BYTES, blocks } from './blocks.ts';
import { TruncatedUploadError, UploadOffsetError, UploadTooLongError } from './errors.ts';
import { hashStart } from './hash-file.ts';
import { BrokenOff, pour } from './pour.ts';
import type { ByteSource } from './pour.ts';

const MIB = 1024 * 1024;
/** An upload that can be resumed is synced each time that so many bytes came, while it goes on. */
const SYNC_EVERY_BYTES = 8 * MIB;

export interface Reception {
  /** Of the whole fragment. */
  readonly sizeBytes: number;
  /** The file holds the bytes before this one already; `body` goes on here. */
  readonly fromBytes: number;
  readonly body: ByteSource;
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
    await pour(body, signal, (piece) => {
      if (writer.receivedBytes + piece.length > sizeBytes) throw new UploadTooLongError(sizeBytes);
      return writer.add(piece);
    });
    if (writer.receivedBytes < sizeBytes) throw new BrokenOff(undefined);
    await writer.finish();
  } catch (error) {
    if (!(error instanceof BrokenOff)) throw error;
    const { receivedBytes } = writer;
    const storedBytes = await writer.close();
    throw new TruncatedUploadError({ receivedBytes, expectedBytes: sizeBytes, storedBytes, cause: error.cause });
  } finally {
    await writer.end();
  }
  return hasher.finish();
}

/** Fills one block while the other one is written, and syncs beside it. */
class BlockWriter {
  readonly #file: OpenFile;
  readonly #hasher: FragmentHasher;
  readonly #onDurable: Reception['onDurable'];
  #filling = blocks.take();
  #other = blocks.take();
  #filledBytes = 0;
  #writtenBytes: number;
  #writing: Promise<void> = Promise.resolve();
  #syncedBytes: number;
  #syncing: Promise<void> = Promise.resolve();

  constructor(file: OpenFile, hasher: FragmentHasher, { fromBytes, onDurable }: Reception) {
    this.#file = file;
    this.#hasher = hasher;
    this.#writtenBytes = fromBytes;
    this.#syncedBytes = fromBytes;
    this.#onDurable = onDurable;
  }

  get receivedBytes(): number {
    return this.#writtenBytes + this.#filledBytes;
  }

  /** Undefined when the piece was taken at once, as nearly all are; else wait before the next one. */
  add(piece: Uint8Array): Promise<void> | undefined {
    const taken = this.#copy(piece);
    return this.#filledBytes < BLOCK_BYTES ? undefined : this.#addRest(piece.subarray(taken));
  }

  /** Makes what came durable, after a break. Returns how much may be built upon. */
  async close(): Promise<number> {
    if (this.#onDurable === undefined || this.receivedBytes === 0) return 0;
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

  /** No call is under way any more; the blocks go to the next upload. */
  async end(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
    blocks.give(this.#filling);
    blocks.give(this.#other);
  }

  #copy(piece: Uint8Array): number {
    const part = piece.length <= BLOCK_BYTES - this.#filledBytes ? piece : piece.subarray(0, BLOCK_BYTES - this.#filledBytes);
    this.#filling.set(part, this.#filledBytes);
    this.#filledBytes += part.length;
    return part.length;
  }

  async #addRest(piece: Uint8Array): Promise<void> {
    let rest = piece;
    while (this.#filledBytes === BLOCK_BYTES) {
      await this.#flush();
      if (this.#onDurable !== undefined && this.#writtenBytes - this.#syncedBytes >= SYNC_EVERY_BYTES) await this.#startSync();
      rest = rest.subarray(this.#copy(rest));
    }
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
