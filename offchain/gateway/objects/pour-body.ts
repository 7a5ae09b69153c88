/** A body on its way through the spool into the store. */
import type { Objects } from './context.ts';
import { BadDigestError, IncompleteBodyError } from './errors.ts';
import type { Piece } from './records.ts';
import { takeRoom } from './take-room.ts';

export interface TakenBody {
  /** None for no bytes. */
  readonly pieces: Piece[];
  readonly sizeBytes: number;
  readonly md5: string;
}

/** Where the size is not known, room is taken in steps: as much again as has come, at most this. */
const STEP_MAX_BYTES = 8 << 20;

interface Pouring<T> {
  readonly body: AsyncIterable<Uint8Array>;
  readonly expectedBytes: number | undefined;
  readonly md5: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly maxBytes: number;
  readonly act: (taken: TakenBody) => Promise<T>;
}

/** `room` has `roomBytes` for it already. */
export async function pour<T>(objects: Objects, { body, expectedBytes, md5, signal, maxBytes, act }: Pouring<T>, roomBytes: number): Promise<T> {
  const { spool, room, writers } = objects;
  let takenBytes = roomBytes;
  let id: string | undefined;
  try {
    const onBytes = async (totalBytes: number): Promise<void> => {
      if (totalBytes <= takenBytes) return;
      if (expectedBytes !== undefined) throw new IncompleteBodyError({ sizeBytes: totalBytes, expectedBytes });
      const step = Math.max(totalBytes - takenBytes, Math.min(takenBytes, STEP_MAX_BYTES));
      await takeRoom(objects, step, signal);
      takenBytes += step;
    };
    const spooled = await writers.during(() => spool.write(body, { maxBytes, onBytes: (totalBytes) => (totalBytes <= takenBytes ? undefined : onBytes(totalBytes)), signal }));
    id = spooled.id;
    const { sizeBytes } = spooled;
    room.give(takenBytes - sizeBytes);
    takenBytes = sizeBytes;
    if (expectedBytes !== undefined && sizeBytes !== expectedBytes) throw new IncompleteBodyError({ sizeBytes, expectedBytes });
    if (md5 !== undefined && md5.toLowerCase() !== spooled.md5) throw new BadDigestError({ expected: md5, actual: spooled.md5 });
    if (sizeBytes === 0) await spool.remove(id);
    return await act({ pieces: sizeBytes === 0 ? [] : [[id, sizeBytes, 0, sizeBytes]], sizeBytes, md5: spooled.md5 });
  } catch (error) {
    if (id === undefined) room.give(takenBytes);
    else await discard(objects, id, takenBytes);
    throw error;
  }
}

/** Unless it became part of something all the same: an answer may be lost behind a commit. */
async function discard({ store, spool, room, commits }: Objects, id: string, sizeBytes: number): Promise<void> {
  await commits.alone(async () => {
    if ((await store.objectBody.findUnique({ where: { id }, select: { id: true } })) !== null || (await spool.sizeOf(id)) === undefined) return;
    await spool.remove(id);
    room.give(sizeBytes);
  }).catch(() => undefined);
}
