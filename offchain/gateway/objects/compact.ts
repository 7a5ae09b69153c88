/** Freeing what deleted objects took: what lives of mostly dead packs moves into a new one, which also says the whole state, and the old ones are given up. */
import { forgetNames } from '../../client/objects/forget-names.ts';
import type { Objects } from './context.ts';
import type { MovedBody } from './journal.ts';
import type { Packs } from './packs.ts';

interface PackFacts {
  readonly number: number;
  readonly sizeBytes: number;
  readonly liveBytes: number;
}

/** Below this, what is dead is not worth a commit. */
const DEAD_LEAST_BYTES = 1 << 20;

/** @returns whether there was something to do */
export async function compact(objects: Objects, packs: Packs): Promise<boolean> {
  const { settings } = objects;
  const facts = await factsOf(objects);
  const chosen = choose(facts, settings);
  if (chosen.length > 0) await objects.flush({ isWhole: true, moved: await bodiesIn(objects, chosen) });
  const forgotten = await forgetEmpty(objects, packs);
  return chosen.length > 0 || forgotten;
}

async function factsOf({ store }: Objects): Promise<PackFacts[]> {
  const rows = await store.objectPack.findMany({ orderBy: { number: 'asc' } });
  const sums = await store.objectBody.groupBy({ by: ['pack'], where: { pack: { gt: 0 } }, _sum: { sizeBytes: true } });
  const live = new Map(sums.map(({ pack, _sum }) => [pack, Number(_sum.sizeBytes ?? 0)]));
  return rows.map(({ number, sizeBytes }) => ({ number, sizeBytes: Number(sizeBytes), liveBytes: live.get(number) ?? 0 }));
}

function choose(facts: readonly PackFacts[], settings: Objects['settings']): number[] {
  const { compactShare, packsMax, compactBytes } = settings;
  const sizeBytes = facts.reduce((sum, one) => sum + one.sizeBytes, 0);
  const deadBytes = sizeBytes - facts.reduce((sum, one) => sum + one.liveBytes, 0);
  const isTooMany = facts.length > packsMax;
  const isDead = deadBytes >= DEAD_LEAST_BYTES && deadBytes >= compactShare * sizeBytes;
  if (!isTooMany && !isDead) return [];
  // Where there are too many of them, the small ones become one.
  const candidates = isTooMany ? facts : facts.filter((one) => one.sizeBytes - one.liveBytes >= (compactShare / 2) * one.sizeBytes);
  const chosen: number[] = [];
  let movedBytes = 0;
  for (const one of [...candidates].sort((a, b) => a.liveBytes - b.liveBytes)) {
    movedBytes += one.liveBytes;
    if (movedBytes > compactBytes) break;
    chosen.push(one.number);
  }
  return chosen;
}

async function bodiesIn({ store }: Objects, packs: readonly number[]): Promise<MovedBody[]> {
  const rows = await store.objectBody.findMany({ where: { pack: { in: [...packs] } }, orderBy: [{ pack: 'asc' }, { id: 'asc' }] });
  return rows.map(({ id, sizeBytes, pack }) => ({ id, sizeBytes: Number(sizeBytes), pack: pack ?? 0 }));
}

/** Packs behind which the whole state was said, and of which nothing lives; and what failed commits left of others. */
async function forgetEmpty({ client, store, settings, room }: Objects, packs: Packs): Promise<boolean> {
  const all = await packs.list();
  const whole = all.findLast(({ isWhole }) => isWhole);
  if (whole === undefined) return false;
  const used = new Set((await store.objectBody.groupBy({ by: ['pack'], where: { pack: { gt: 0 } } })).map(({ pack }) => pack));
  const empty = all.filter(({ number, name }) => !used.has(number) && (number < whole.number || (number === whole.number && name !== whole.name)));
  if (empty.length === 0) return false;
  const names = new Set(empty.map(({ name }) => name));
  await forgetNames(client, { names: [...names], newestOnly: all.map(({ name }) => name).filter((name) => !names.has(name)), agreement: settings.agreement });
  await store.objectPack.deleteMany({ where: { number: { in: empty.map(({ number }) => number).filter((number) => number !== whole.number) } } });
  for (const { number } of empty) packs.forget(number);
  await room.look();
  return true;
}
