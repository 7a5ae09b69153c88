/** Opens stored chunks on all cores, in memory that is used again. */
import type { OpenedChunk } from '../../codec/decode.ts';
import { type RecordName, keysOf, openRecordInto } from '../../codec/open-record.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import type { ChunkRef, Platform } from '../../codec/types.ts';
import { BufferPool } from '../../wire/buffer-pool.ts';
import type { LendRecord } from './read-ahead.ts';
import { runOver } from './run-over.ts';

/** Most chunks are smaller: a buffer for the largest ones would seldom be filled. */
const BUFFER_BYTES = 2 << 20;
/** As many as a restore opens ahead. */
const BUFFERS_KEPT = 8;

/** For opened chunks: of one opener, or of several that follow each other. */
export function chunkMemory(pool: WorkerPool): BufferPool {
  return new BufferPool({ bufferBytes: BUFFER_BYTES, kept: BUFFERS_KEPT, isShared: pool.sharesMemory });
}

/**
 * The decoder's `openChunk` over records that `lend` gives.
 * @throws WrongKeyError, CorruptRecordError, and what `lend` throws
 */
export function chunkOpener(options: {
  readonly pool: WorkerPool;
  readonly platform: Platform;
  readonly lend: LendRecord;
  readonly memory?: BufferPool | undefined;
}): (keys: RecordName['keys'], ref: ChunkRef) => Promise<OpenedChunk> {
  const { pool, platform, lend, memory = chunkMemory(pool) } = options;
  return async (given, ref) => {
    const { chunkId, size, method } = ref;
    const stored = await lend(ref);
    const plain = memory.take(size);
    const release = (): void => memory.give(plain);
    try {
      const parts = stored.map(({ bytes }) => bytes);
      const keys = await keysOf(given, parts);
      const { isRight } = await runOver(pool, 'openChunk', { buffers: [plain, ...parts], keys, chunkId, size, method }, [0]);
      // Again on this thread, which throws the error with its reason.
      if (!isRight) await openRecordInto(platform, { keys, chunkId, size, method, parts, target: plain });
      return { plain, release };
    } catch (error) {
      release();
      throw error;
    } finally {
      for (const part of stored) part.release();
    }
  };
}
