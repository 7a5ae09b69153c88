import { CorruptRecordError, WrongKeyError } from '../format-errors.ts';
import type { RecordKeys } from '../keys.ts';
import { openRecord } from '../record.ts';
import type { Method, Platform } from '../types.ts';

/** One stored record; see `openRecord`. */
export interface RecordToOpen {
  readonly buffers: readonly [stored: Uint8Array];
  readonly keys: RecordKeys | null;
  readonly chunkId: Uint8Array;
  readonly size: number;
  readonly method: Method;
}

/** The plain bytes, checked against the chunk's id; null for a record that `openRecord` refuses: call it to learn why. */
export async function openChunk(platform: Platform, { buffers, ...what }: RecordToOpen): Promise<{ buffers: typeof buffers; plain: Uint8Array | null }> {
  try {
    return { buffers, plain: await openRecord(platform, { ...what, stored: buffers[0] }) };
  } catch (error) {
    // Classes of errors do not travel between threads.
    if (error instanceof WrongKeyError || error instanceof CorruptRecordError) return { buffers, plain: null };
    throw error;
  }
}
