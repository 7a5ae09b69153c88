/** How much there is, and how much room is left. */
import type { Objects } from './context.ts';
import type { Usage } from './object-store.ts';

export async function usageOf({ store, room, journal, settings }: Objects): Promise<Usage> {
  const [buckets, versions, stored, spooled] = await Promise.all([
    store.objectBucket.count(), store.objectVersion.count(),
    store.objectBody.aggregate({ _sum: { sizeBytes: true } }), store.objectBody.aggregate({ where: { pack: null }, _sum: { sizeBytes: true } }),
  ]);
  const { changes, sinceMs } = journal.pending;
  return {
    buckets, versions, storedBytes: Number(stored._sum.sizeBytes ?? 0), spooledBytes: Number(spooled._sum.sizeBytes ?? 0), spoolLimitBytes: settings.spoolLimitBytes,
    pendingChanges: changes, ...(sinceMs === undefined ? {} : { pendingSinceMs: sinceMs }),
    freeBytes: Math.max(0, await room.freeBytes()), ...(journal.failure === undefined ? {} : { failure: journal.failure }),
  };
}
