import { CorruptRecordError, WrongKeyError } from '../format-errors.ts';
import { type RecordName, openRecordInto } from '../open-record.ts';
import type { Platform } from '../types.ts';

/** One stored record; see `openRecordInto`. */
export interface RecordToOpen extends RecordName {
  /** Where the plain bytes go, of the chunk's size, and then the parts of the stored record. */
  readonly buffers: readonly [target: Uint8Array, ...parts: Uint8Array[]];
}

/** Opens the record into the first buffer, checked against the chunk's id; false for one that `openRecordInto` refuses: call it to learn why. */
export async function openChunk(platform: Platform, { buffers, ...name }: RecordToOpen): Promise<{ buffers: typeof buffers; isRight: boolean }> {
  const [target, ...parts] = buffers;
  try {
    await openRecordInto(platform, { ...name, parts, target });
    return { buffers, isRight: true };
  } catch (error) {
    // Classes of errors do not travel between threads.
    if (error instanceof WrongKeyError || error instanceof CorruptRecordError) return { buffers, isRight: false };
    throw error;
  }
}
