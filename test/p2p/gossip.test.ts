import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAsk, createAskBook, priceOfAsk, signAsk } from '../../offchain/p2p/asks.ts';
import type { SignedAsk } from '../../offchain/p2p/asks.ts';
import { ASK_SECONDS_MAX, GOSSIP_BYTES_MAX } from '../../offchain/p2p/limits.ts';
import { createNoticeBook, signNotice } from '../../offchain/p2p/notices.ts';
import { asksTopic, noticesTopic } from '../../offchain/p2p/protocol.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { peerDomain } from '../../offchain/wire/typed-data.ts';
import type { Ask } from '../../offchain/wire/typed-data.ts';
import { toJson } from '../../offchain/wire/json.ts';
import { DOMAIN, NETWORK, accountOf, createWorld, nowSeconds, until } from './support.ts';
import type { World } from './support.ts';

const soon = () => Math.floor(Date.now() / 1000) + 600;
const ask = (changes: Partial<Ask> = {}): Ask => ({ provider: 10, sequence: 1, tier: 'standard', region: 1, unit: 'gib', price: 10n ** 12n, freeBytes: 2n ** 40n, capacityBytes: 2n ** 41n, url: 'http://10.0.0.1', expiry: soon(), ...changes });
const signed = (changes: Partial<Ask> = {}, signer = 10): Promise<SignedAsk> => signAsk(accountOf(signer), DOMAIN, ask(changes));

describe('the book of asks', () => {
  it('keeps the newest of each provider, bounded, and forgets what has ended', async () => {
    const book = createAskBook({ maxAsks: 2 });
    expect(book.upsert(await signed({ sequence: 5 }))).toBe('new');
    expect(book.upsert(await signed({ sequence: 5 }))).toBe('stale');
    expect(book.upsert(await signed({ sequence: 4 }))).toBe('stale');
    expect(book.upsert(await signed({ sequence: 6, expiry: 100 }))).toBe('newer');
    expect(book.upsert(await signed({ provider: 11 }, 11))).toBe('new');
    expect(book.upsert(await signed({ provider: 12 }, 12))).toBe('full');
    expect(book.list(99).map(({ provider }) => provider).sort()).toEqual([10, 11]);
    expect(book.list(100).map(({ provider }) => provider)).toEqual([11]);
    expect(book.expire(100)).toBe(1);
    expect(book.size).toBe(1);
    book.drop(11);
    expect(book.upsert(await signed({ provider: 11 }, 11))).toBe('stale');
    expect(book.upsert(await signed({ provider: 11, sequence: 2 }, 11))).toBe('new');
  });

  it('prices a fragment as the provider will', () => {
    expect(priceOfAsk({ unit: 'batch', price: 7n }, 1)).toBe(7n);
    expect(priceOfAsk({ unit: 'gib', price: 3n }, 2 ** 30)).toBe(3n);
    expect(priceOfAsk({ unit: 'gib', price: 3n }, 1)).toBe(1n);
  });
});

describe('gossip between heavy nodes', () => {
  let world: World;
  let peers: Peer[];

  beforeAll(async () => {
    world = await createWorld([1, 2, 3, 10, 11, 12]);
    peers = [await world.heavy(1), await world.heavy(2), await world.heavy(3)];
    await peers[0]!.dial(peers[1]!.addresses());
    await peers[1]!.dial(peers[2]!.addresses());
    await until('the mesh', () => peers.every((peer) => (peer.node.services.gossip?.getSubscribers(asksTopic(NETWORK)).length ?? 0) > 0));
  });
  afterAll(() => world.stop());

  const raw = (data: string | Uint8Array, topic = asksTopic(NETWORK)) => peers[0]!.node.services.gossip!.publish(topic, typeof data === 'string' ? new TextEncoder().encode(data) : data);
  const refused = () => Object.values(peers[1]!.counters.refused).reduce((sum, one) => sum + one, 0);
  const refusedAfter = async (act: () => Promise<unknown>): Promise<void> => {
    const before = refused();
    await act();
    await until('a refusal', () => refused() > before);
  };

  it('an ask reaches everybody, over a node in between', async () => {
    expect(await peers[0]!.gossip.publishAsk(await signed({ sequence: 10 }))).toBe(true);
    await until('the ask', () => peers.every(({ asks }) => asks.get(10)?.sequence === 10));
    expect(peers[2]!.asks.get(10)).toMatchObject({ price: 10n ** 12n, freeBytes: 2n ** 40n, url: 'http://10.0.0.1' });
    expect(await peers[2]!.gossip.publishAsk(await signed({ sequence: 9 }))).toBe(false);
  });

  it('a notice too', async () => {
    const notice = { node: 2, sequence: 3, state: 'repair-only', cause: 'Too little is proven.', expiry: soon() } as const;
    await peers[1]!.gossip.publishNotice(await signNotice(accountOf(2), DOMAIN, notice));
    await until('the notice', () => peers.every(({ notices }) => notices.get(2)?.state === 'repair-only'));
  });

  it('replayed, garbage, oversize and wrongly signed ones are counted and go no further', async () => {
    const old = toJson(await signed({ sequence: 10 }));
    await refusedAfter(() => raw(`${old} `));
    await refusedAfter(() => raw('not json'));
    await refusedAfter(() => raw(toJson({ ...plain, extra: 1 })));
    await refusedAfter(async () => raw(toJson(await signed({ provider: 11, sequence: 1 }, 12))));
    await refusedAfter(async () => raw(toJson(await signAsk(accountOf(11), peerDomain({ ...NETWORK, chainId: 5 }), ask({ provider: 11 })))));
    await refusedAfter(() => raw(new Uint8Array(GOSSIP_BYTES_MAX + 1)));
    const notice = await signNotice(accountOf(3), DOMAIN, { node: 2, sequence: 99, state: 'leaving', cause: '', expiry: soon() });
    await refusedAfter(() => raw(toJson(notice), noticesTopic(NETWORK)));
    expect(peers[2]!.asks.get(11)).toBeUndefined();
    expect(peers[2]!.notices.get(2)?.sequence).toBe(3);
  });
  const plain = ask({ provider: 11 });

  it('what is not valid is not published either', async () => {
    await expect(peers[0]!.gossip.publishAsk(await signed({ provider: 11, sequence: 50 }, 12))).rejects.toMatchObject({ reason: 'bad-signature' });
  });
});

describe('checks of an ask', () => {
  it.each([
    ['has ended', { expiry: 1 }, 10, /ended/],
    ['lasts too long', { expiry: Math.floor(Date.now() / 1000) + ASK_SECONDS_MAX + 1_000 }, 10, /longer/],
    ['is of nobody', { provider: 77 }, 77, /no such provider/],
    ['is of a heavy node', { provider: 1 }, 1, /no such provider/],
    ['claims another region', { region: 9 }, 10, /region/],
    ['is signed by another', {}, 11, /sign/],
  ])('one that %s', async (_what, changes, signer, why) => {
    const world = await createWorld([1, 10, 11]);
    expect(await checkAsk(await signed(changes, signer), { domain: DOMAIN, registered: world.registry, nowSeconds: await nowSeconds() })).toMatch(why);
    expect(await checkAsk(await signed(), { domain: DOMAIN, registered: world.registry, nowSeconds: await nowSeconds() })).toBeUndefined();
    await world.stop();
  });

  it('the book of notices is bounded and monotone', async () => {
    const book = createNoticeBook({ maxNotices: 1 });
    const notice = (node: number, sequence: number) => signNotice(accountOf(node), DOMAIN, { node, sequence, state: 'normal', cause: '', expiry: soon() });
    expect(book.upsert(await notice(10, 2))).toBe(true);
    expect(book.upsert(await notice(10, 2))).toBe(false);
    expect(book.upsert(await notice(11, 2))).toBe(false);
    expect(book.expire(soon() + 1)).toBe(1);
  });
});
