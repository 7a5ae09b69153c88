import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimName, handOverName } from '../../../offchain/chain/name-deeds.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { requestJson } from '../../../offchain/wire/http-client.ts';
import { OffersReply, RecordReply } from '../../../offchain/wire/named-messages.ts';
import { nameKey } from '../../../offchain/wire/named-name.ts';
import { rendezvous } from '../../../offchain/wire/rendezvous.ts';
import { addressOf } from '../../support/holdfast.ts';
import { until } from '../support.ts';
import type { Network } from '../support.ts';
import { type Heavy, makeRecord, putRecord, recordAt, startNamed, versionsAt } from './named-world.ts';

let network: Network;
let heavies: Heavy[];
let creator: Chain;
let rival: Chain;
let stranger: Chain;

beforeAll(async () => {
  ({ network, heavies, creator, rival } = await startNamed(5));
  ({ chain: stranger } = await network.account());
}, 60_000);
afterAll(() => network?.stop());

/** Heavy nodes in the order of the name. */
const ordered = (name: string): Heavy[] => rendezvous(nameKey(name), heavies.map(({ id }) => id)).map((id) => heavies.find((heavy) => heavy.id === id) as Heavy);

describe('a record', () => {
  const name = '/a.com/izone.mp4';

  it('is kept by the first three of the name order, wherever it came in', async () => {
    const order = ordered(name);
    await claimName(creator, nameKey(name));
    const first = await makeRecord(creator, name);
    const last = order[4] as Heavy;
    expect(await putRecord(last.url, first)).toEqual({ hash: first.hash, isHead: true, isNew: true });
    for (const { url } of order.slice(0, 3)) await until('the copy', () => recordAt(url, first.key));
    // The one that it was given to has no business with it, and lets go.
    await until('the end of the spare copy', async () => ((await recordAt(last.url, first.key)) === undefined ? true : undefined));
    expect(await recordAt((order[3] as Heavy).url, first.key)).toBeUndefined();
    // Asked all the same, a node asks the holders.
    expect(await requestJson(`${last.url}/records/${first.key}`, { schema: RecordReply })).toEqual({ hash: first.hash, record: first.record });
  });

  it('is followed by the next version; older ones can be listed and fetched', async () => {
    const [holder] = ordered(name) as [Heavy];
    const first = await makeRecord(creator, name);
    const second = await makeRecord(creator, name, { version: 2, parents: [first.hash], text: 'other' });
    expect(await putRecord(holder.url, second)).toMatchObject({ isHead: true, isNew: true });
    expect(await putRecord(holder.url, second)).toMatchObject({ isHead: true, isNew: false });
    expect((await versionsAt(holder.url, first.key)).map(({ version, parents }) => ({ version, parents }))).toEqual([{ version: 2, parents: [first.hash] }, { version: 1, parents: [] }]);
    expect(await recordAt(holder.url, first.key, '&version=1')).toEqual({ hash: first.hash, record: first.record });
    expect(await recordAt(holder.url, first.key, '&version=3')).toBeUndefined();
  });

  it('never goes back: writers and copies of older versions change nothing', async () => {
    const [holder] = ordered(name) as [Heavy];
    const old = await makeRecord(creator, name, { version: 1, text: 'a replay that was never seen here' });
    await expect(putRecord(holder.url, old)).rejects.toMatchObject({ code: 'NAME_CONFLICT', remoteStatus: 409, details: { head: { tenure: 1, version: 2 } } });
    expect(await putRecord(holder.url, old, true)).toMatchObject({ isHead: false, isNew: true });
    expect((await recordAt(holder.url, old.key))?.record.version).toBe(2);
  });

  it('is refused from everybody but its owner', async () => {
    const { url } = ordered(name)[0] as Heavy;
    const version = 3;
    const mine = await makeRecord(creator, name, { version });
    await expect(putRecord(url, await makeRecord(stranger, name, { version }))).rejects.toMatchObject({ code: 'NAME_TAKEN', remoteStatus: 403 });
    await expect(putRecord(url, await makeRecord(stranger, name, { version, tenure: 2 }), true)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(putRecord(url, await makeRecord(stranger, name, { version, owner: addressOf(creator) }))).rejects.toMatchObject({ code: 'BAD_RECORD' });
    for (const change of [{ version: 4 }, { tenure: 2 }, { contentId: '' }, { root: nameKey('/x') }, { created: 1 }, { expiry: 1 }, { parents: [nameKey('/x')] }, { value: '{"kind":"withdrawn"}' }, { name: '/a.com/izone.mp5' }]) {
      await expect(putRecord(url, { key: mine.key, record: { ...mine.record, ...change } }), JSON.stringify(change)).rejects.toMatchObject({ code: 'BAD_RECORD' });
    }
    await expect(putRecord(url, { ...mine, key: nameKey('/a.com/other') })).rejects.toMatchObject({ code: 'BAD_RECORD' });
    expect((await recordAt(url, mine.key))?.record.version).toBe(2);
  });

  it('needs a deed, an owner who ever rented, one spelling, a true value and room', async () => {
    const { url } = heavies[0] as Heavy;
    await expect(putRecord(url, await makeRecord(creator, '/a.com/unclaimed'))).rejects.toMatchObject({ code: 'NAME_UNCLAIMED' });
    await claimName(stranger, nameKey('/a.com/keys-are-free'));
    await expect(putRecord(url, await makeRecord(stranger, '/a.com/keys-are-free'))).rejects.toMatchObject({ code: 'NO_AGREEMENT' });
    for (const bad of ['a.com', '/a//b', '/a/../b', '/a/\u0007', '/e\u0301']) {
      await expect(putRecord(url, await makeRecord(creator, bad)), bad).rejects.toMatchObject({ remoteStatus: 400 });
    }
    await claimName(creator, nameKey('/a.com/values'));
    for (const change of [{ value: 'no json' }, { value: '{}' }, { contentId: `bafkrei${'b'.repeat(52)}` }, { root: nameKey('/y') }, { contentId: '' }, { expiry: 1 }]) {
      await expect(putRecord(url, await makeRecord(creator, '/a.com/values', change)), JSON.stringify(change)).rejects.toMatchObject({ remoteStatus: 400 });
    }
    const { key, record } = await makeRecord(creator, '/a.com/values');
    await expect(putRecord(url, { key, record: { ...record, value: 'x'.repeat(70_000) } })).rejects.toMatchObject({ remoteStatus: 413 });
    await expect(requestJson(`${url}/records/offers`, { method: 'POST', body: { names: Array.from({ length: 257 }, () => ({ key, hashes: [] })) }, schema: OffersReply })).rejects.toMatchObject({ remoteStatus: 400 });
    expect(await recordAt(url, key)).toBeUndefined();
  });
});

describe('two records of one version', () => {
  it('leave the same one standing everywhere, and both in the list; the next version heals the fork', async () => {
    const name = '/a.com/fork';
    const [a, b, c] = ordered(name) as [Heavy, Heavy, Heavy];
    await claimName(creator, nameKey(name));
    const [one, other] = await Promise.all(['one', 'other'].map((text) => makeRecord(creator, name, { text })));
    // As copies, for by chance a writer may be told of the other one in time.
    await Promise.all([putRecord(a.url, one!, true), putRecord(b.url, other!, true)]);
    const stands = one!.hash > other!.hash ? one! : other!;
    for (const { url } of [a, b, c]) {
      await until('the same head', async () => ((await recordAt(url, one!.key))?.hash === stands.hash ? true : undefined));
    }
    const parents = [one!.hash, other!.hash].sort();
    const healed = await makeRecord(creator, name, { version: 2, parents, text: 'both' });
    await expect(putRecord(c.url, await makeRecord(creator, name, { version: 2, parents: [...parents].reverse() }))).rejects.toMatchObject({ code: 'BAD_RECORD' });
    await putRecord(c.url, healed);
    for (const { url } of [a, b, c]) await until('the healed head', async () => ((await recordAt(url, one!.key))?.hash === healed.hash ? true : undefined));
  });
});

describe('handing over', () => {
  it('makes the next owner stand above all that the one before signs', async () => {
    const name = '/a.com/sold';
    const key = nameKey(name);
    const [holder] = ordered(name) as [Heavy];
    const { chain: buyer } = await network.account();
    await claimName(creator, key);
    await putRecord(holder.url, await makeRecord(creator, name, { version: 7 }));
    await handOverName(creator, key, addressOf(buyer));
    // Sold a second time: by then it is not his.
    await handOverName(creator, key, addressOf(stranger));
    await expect(putRecord(holder.url, await makeRecord(creator, name, { version: 8 }))).rejects.toMatchObject({ code: 'NAME_HANDED_OVER' });
    await expect(putRecord(holder.url, await makeRecord(stranger, name, { version: 8, tenure: 2 }))).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    expect((await recordAt(holder.url, key))?.record.version).toBe(7);
    const next = await makeRecord(buyer, name, { version: 1, tenure: 2 });
    expect(await putRecord(holder.url, next)).toMatchObject({ isHead: true });
    expect(await putRecord(holder.url, await makeRecord(creator, name, { version: 9 }), true)).toMatchObject({ isHead: false });
    expect((await recordAt(holder.url, key))?.hash).toBe(next.hash);
  });
});

describe('a reorganisation', () => {
  it('that gives a name to somebody else takes what was published under it along', async () => {
    const name = '/a.com/reorganised';
    const key = nameKey(name);
    const [holder] = ordered(name) as [Heavy];
    const ask = (method: string, params: unknown[]) => creator.public.request({ method, params } as never);
    const before = await ask('evm_snapshot', []);
    await claimName(rival, key);
    await putRecord(holder.url, await makeRecord(rival, name, { version: 5 }));
    await ask('evm_revert', [before]);
    await claimName(creator, key);
    await expect(putRecord(holder.url, await makeRecord(rival, name, { version: 6 }))).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    const mine = await makeRecord(creator, name);
    expect(await putRecord(holder.url, mine)).toMatchObject({ isHead: true });
    expect((await recordAt(holder.url, key))?.hash).toBe(mine.hash);
  });
});

describe('old versions', () => {
  it('are kept up to a number, the lowest go first', async () => {
    const name = '/a.com/often';
    const [holder] = ordered(name) as [Heavy];
    await claimName(creator, nameKey(name));
    for (let version = 1; version <= 34; version++) await putRecord(holder.url, await makeRecord(creator, name, { version, value: '{"kind":"withdrawn"}', contentId: '' }));
    const versions = (await versionsAt(holder.url, nameKey(name))).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 32 }, (_, i) => 34 - i));
  });
});
