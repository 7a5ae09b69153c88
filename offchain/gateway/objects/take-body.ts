/** Bytes from a writer into the spool, with room made for them, and away again when nothing comes of them. */
import type { Objects } from './context.ts';
import { EntityTooLargeError, NoSpaceError } from './errors.ts';
import type { Incoming } from './object-store.ts';
import { type TakenBody, pour } from './pour-body.ts';
import { takeMeasured } from './take-measured.ts';
import { takeRoom } from './take-room.ts';

/**
 * Takes the body, then does `act` with it, which makes it part of something. Where that fails, nothing is left.
 * @throws NoSpaceError, SpoolFullError, BadDigestError, IncompleteBodyError, EntityTooLargeError, what the body and `act` throw
 */
export async function withBody<T>(objects: Objects, { body, sizeBytes: expectedBytes, md5, signal }: Incoming, options: { readonly maxBytes: number; readonly act: (taken: TakenBody) => Promise<T> }): Promise<T> {
  const { maxBytes } = options;
  if (expectedBytes !== undefined && expectedBytes > maxBytes) throw new EntityTooLargeError('A body', { sizeBytes: expectedBytes, maxBytes });
  const roomBytes = expectedBytes ?? 0;
  try {
    await takeRoom(objects, roomBytes, signal);
  } catch (error) {
    if (!(error instanceof NoSpaceError) || roomBytes > objects.settings.measureBytes) throw error;
    return takeMeasured(objects, { incoming: { body, sizeBytes: roomBytes, md5, signal }, refusal: error, ...options });
  }
  return pour(objects, { body, expectedBytes, md5, signal, ...options }, roomBytes);
}
