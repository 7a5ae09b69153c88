import type { Store } from './open.ts';

/**
 * Does `work` when at least `every` has passed since the last time, which is remembered under `key` over restarts. `now` and `every` count
 * in one unit, periods for example. The first call only begins to count. Work that fails is due again at the next call.
 */
export async function whenDue(store: Store, due: { readonly key: string; readonly now: number; readonly every: number }, work: () => Promise<void>): Promise<void> {
  const { key, now, every } = due;
  const row = await store.fact.findUnique({ where: { key } });
  if (row !== null && now < Number(row.value) + every) return;
  if (row !== null) await work();
  const value = String(now);
  await store.fact.upsert({ where: { key }, create: { key, value }, update: { value } });
}
