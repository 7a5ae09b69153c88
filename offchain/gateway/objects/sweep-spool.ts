/** After a start: what the tables say of the spool, and what is in it. */
import type { Logger } from '../../store/log.ts';
import type { Store } from '../../store/open.ts';
import type { Room } from './room.ts';
import type { Spool } from './spool.ts';

/** Files that nothing names are of writes that were never answered: they go. Bodies whose file is not whole are lost, and say so. */
export async function sweepSpool({ store, spool, room, log }: { readonly store: Store; readonly spool: Spool; readonly room: Room; readonly log: Logger }): Promise<void> {
  const rows = await store.objectBody.findMany({ where: { pack: null } });
  const known = new Set(rows.map(({ id }) => id));
  for (const id of await spool.ids()) if (!known.has(id)) await spool.remove(id);
  const lost: string[] = [];
  for (const { id, sizeBytes } of rows) {
    if ((await spool.sizeOf(id)) === Number(sizeBytes)) room.add(Number(sizeBytes));
    else lost.push(id);
  }
  if (lost.length === 0) return;
  log.error('objects.spool-damaged', { bodies: lost.length });
  await store.objectBody.updateMany({ where: { id: { in: lost } }, data: { pack: 0 } });
}
