import { Prisma } from './generated/sqlite/client.ts';
import type { Store } from './open.ts';

const onServers = new WeakSet<Store>();

/** Told by whoever opens a store on PostgreSQL. */
export function noteServer(store: Store): void {
  onServers.add(store);
}

/** Whether `store` is on PostgreSQL, and not a file of this node. */
export function isOnServer(store: Store): boolean {
  return onServers.has(store);
}

/** A list of any length as one bound value, for `IN (${textList(store, values)})`: a statement binds only so many values. */
export function textList(store: Store, values: readonly string[]): Prisma.Sql {
  const json = JSON.stringify(values);
  return onServers.has(store) ? Prisma.sql`SELECT value FROM json_array_elements_text(CAST(${json} AS json))` : Prisma.sql`SELECT value FROM json_each(${json})`;
}

/** Rows as one bound value, for `FROM ${jsonRows(store, rows)}`: each is `j."value"`, an array, and its n-th cell `j."value"->>n`. */
export function jsonRows(store: Store, rows: readonly (readonly unknown[])[]): Prisma.Sql {
  const json = JSON.stringify(rows);
  return onServers.has(store) ? Prisma.sql`json_array_elements(CAST(${json} AS json)) AS j("value")` : Prisma.sql`json_each(${json}) AS j`;
}
