/** Room for a body by its size. */
import { linked, pause } from '../../client/aborting.ts';
import type { Objects } from './context.ts';
import { NoSpaceError } from './errors.ts';

/** As `room.take`, but what waits in the spool by its size is committed first, and counts by what it really takes from then on. */
export async function takeRoom(objects: Objects, sizeBytes: number, signal: AbortSignal | undefined): Promise<void> {
  const { room, journal, settings } = objects;
  try {
    await room.take(sizeBytes, signal);
  } catch (error) {
    if (!(error instanceof NoSpaceError) || journal.pending.changes === 0) throw error;
    // Not even if all that waits took nothing.
    if (sizeBytes > (await room.freeBytes()) + room.spooledBytes) throw error;
    // A network that takes nothing now, or takes long, is no reason for another answer.
    const waiting = linked(signal);
    await Promise.race([objects.tight.run(() => objects.flush()).catch(() => undefined), pause(settings.spoolWaitMs, waiting.signal)]).finally(() => {
      waiting.abort();
      waiting.release();
    });
    await room.take(sizeBytes, signal);
  }
}
