import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimName } from '../../../offchain/chain/name-deeds.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { nameKey } from '../../../offchain/wire/named-name.ts';
import { rendezvous } from '../../../offchain/wire/rendezvous.ts';
import { until } from '../support.ts';
import type { Network } from '../support.ts';
import { type Heavy, QUICK, makeRecord, putRecord, recordAt, startNamed } from './named-world.ts';

const NAME = '/a.com/moves';
const key = nameKey(NAME);
let network: Network;
let creator: Chain;
/** In the order of the name; replaced when one starts again. */
let order: Heavy[];

beforeAll(async () => {
  const started = await startNamed(5);
  ({ network, creator } = started);
  order = sorted(started.heavies);
  await claimName(creator, key);
  await putRecord((order[0] as Heavy).url, await makeRecord(creator, NAME));
}, 60_000);
afterAll(() => network?.stop());

const sorted = (heavies: readonly Heavy[]): Heavy[] => rendezvous(key, heavies.map(({ id }) => id)).map((id) => heavies.find((heavy) => heavy.id === id) as Heavy);
const has = (heavy: Heavy, version: number) => until(`version ${version} at heavy node ${heavy.id}`, async () => ((await recordAt(heavy.url, key).catch(() => undefined))?.record.version === version ? true : undefined));
const again = async (place: number): Promise<Heavy> => {
  const { index, home } = order[place] as Heavy;
  return (order[place] = await network.heavy(QUICK, index, home));
};

describe('holders', () => {
  it('that die are replaced by the next ones in the order', async () => {
    for (const heavy of order.slice(0, 3)) await has(heavy, 1);
    await (order[0] as Heavy).stop();
    await has(order[3] as Heavy, 1);
    await (order[1] as Heavy).stop();
    await has(order[4] as Heavy, 1);
  });

  it('that come back without their disk are given everything again', async () => {
    const { home } = order[0] as Heavy;
    await rm(home, { recursive: true });
    await has(await again(0), 1);
    await has(await again(1), 1);
    // Who stood in for them lets go.
    for (const heavy of order.slice(3)) await until('the end of the spare copy', async () => ((await recordAt(heavy.url, key)) === undefined ? true : undefined));
  });

  it('that were apart, each side with a value of its own, end equal', async () => {
    const mine = await makeRecord(creator, NAME, { version: 2, text: 'here' });
    const theirs = await makeRecord(creator, NAME, { version: 2, text: 'there' });
    const later = await makeRecord(creator, NAME, { version: 3, text: 'there, later', parents: [theirs.hash] });
    const here = order.slice(0, 2);
    // One side is up, then the other: neither hears of what the other one took.
    await Promise.all(order.slice(2).map((heavy) => heavy.stop()));
    for (const heavy of here) await putRecord(heavy.url, mine).catch((error: unknown) => expect(error).toMatchObject({ code: 'NAME_CONFLICT' }));
    await Promise.all(here.map((heavy) => heavy.stop()));
    const there = [await again(2), await again(3), await again(4)];
    await putRecord((there[0] as Heavy).url, theirs);
    await putRecord((there[0] as Heavy).url, later);
    for (const heavy of there) await has(heavy, 3);
    for (const heavy of [await again(0), await again(1), order[2] as Heavy]) {
      await has(heavy, 3);
      // Both sides' versions are in the list of every holder.
      await until('all versions', async () => ((await recordAt(heavy.url, key, `&hash=${mine.hash}`)) !== undefined && (await recordAt(heavy.url, key, `&hash=${theirs.hash}`)) !== undefined ? true : undefined));
    }
  }, 60_000);

  it('that join are given what is theirs by the order', async () => {
    // Names of which a node that does not exist yet would be the first holder.
    const ids = order.map(({ id }) => id);
    const next = Math.max(...ids) + 3;
    const name = Array.from({ length: 200 }, (_, i) => `/a.com/n${i}`).find((one) => rendezvous(nameKey(one), [...ids, next])[0] === next) as string;
    await claimName(creator, nameKey(name));
    const record = await makeRecord(creator, name);
    const [holder] = rendezvous(nameKey(name), ids).map((id) => order.find((heavy) => heavy.id === id) as Heavy);
    await putRecord((holder as Heavy).url, record);
    const joined = await network.heavy(QUICK);
    expect(joined.id).toBe(next);
    await until('the record at the node that joined', () => recordAt(joined.url, record.key));
  });
});
