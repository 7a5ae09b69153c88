import type { Sides } from './compare.ts';
import type { Reckoned } from './reckon/reckoned.ts';

/** Entities against the reckoning over the log and the views (reckon/): as many as it has, each as it says. */
export async function compareReckoned(sides: Sides, all: readonly Reckoned[]): Promise<void> {
  for (const reckoned of all) await compareType(sides, reckoned);
}

async function compareType({ snapshot, same }: Sides, { type, rows, isSparse = false }: Reckoned): Promise<void> {
  const indexed = await snapshot(type);
  for (const id of indexed.keys()) if (!rows.has(id)) same(`${type} ${id}`, 'id', id, 'no entity');
  for (const [id, fields] of rows) {
    const row = indexed.get(id);
    for (const [field, value] of Object.entries(fields)) same(`${type} ${id}`, field, row === undefined && isSparse ? 0 : row?.[field], value);
  }
}
