import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { ownersOf } from '../../offchain/chain/name-deeds.ts';
import { surplus, outcomeOf } from '../../offchain/heavy/records/rules.ts';
import { PublicLocation } from '../../offchain/wire/named.ts';
import { nameKey, normaliseName } from '../../offchain/wire/named-name.ts';
import { outranks } from '../../offchain/wire/named-record.ts';
import { rendezvous } from '../../offchain/wire/rendezvous.ts';

const [ada, bob, eve] = ['11', '22', '33'].map((byte) => privateKeyToAccount(`0x${byte.repeat(32)}`).address) as [`0x${string}`, `0x${string}`, `0x${string}`];

describe('a public name', () => {
  it('has one spelling', () => {
    expect(normaliseName('/a.com/izone.mp4')).toBe('/a.com/izone.mp4');
    expect(normaliseName('/cafe\u0301/\u{1f600} и 文')).toBe('/caf\u00e9/\u{1f600} и 文');
    expect(normaliseName(`/${'a'.repeat(511)}`)).toHaveLength(512);
    expect(nameKey('/a')).not.toBe(nameKey('/A'));
  });

  it.each([
    '', '/', 'a', 'a/b', '//', '/a/', '/a//b', '/.', '/..', '/a/./b', '/a/../../b', '/a/ b', '/a /b', '/a\u0000', '/a\n', '/a\u007f', '/a\u0085', '/\u202egpj.exe', '/a\u200f', '/a\u2028b', '/a\ufeff', '/a\u2066b', '/\ud800', '/a\udfff/b', '/\uffff', `/${'a'.repeat(512)}`, `/${'\u00e9'.repeat(256)}`,
  ])('is not %j', (text) => {
    expect(() => normaliseName(text)).toThrow(expect.objectContaining({ code: 'BAD_NAME', status: 400 }));
  });
});

describe('the order of a key', () => {
  const nodes = Array.from({ length: 40 }, (_, i) => i + 1);
  const keys = Array.from({ length: 300 }, (_, i) => nameKey(`/n${i}`));

  it('does not depend on who lists the nodes, and gives all about as much', () => {
    const load = new Map<number, number>();
    for (const key of keys) {
      const order = rendezvous(key, nodes);
      expect(rendezvous(key, [...nodes].reverse())).toEqual(order);
      for (const node of order.slice(0, 3)) load.set(node, (load.get(node) ?? 0) + 1);
    }
    // 22.5 each on average.
    expect(Math.min(...nodes.map((node) => load.get(node) ?? 0))).toBeGreaterThan(5);
    expect(Math.max(...load.values())).toBeLessThan(45);
  });

  it('moves only what a node held when it goes', () => {
    for (const key of keys.slice(0, 100)) {
      const before = rendezvous(key, nodes);
      expect(rendezvous(key, nodes.filter((node) => node !== before[1]))).toEqual([before[0], ...before.slice(2)]);
    }
  });
});

describe('deeds', () => {
  const claim = (from: `0x${string}`) => ({ from, value: 0n });
  const handOver = (from: `0x${string}`, to: `0x${string}`) => ({ from, value: BigInt(to) });

  it.each([
    ['nothing', [], []],
    ['the first claim', [claim(ada), claim(bob)], [ada]],
    ['a hand-over before any claim', [handOver(eve, eve), claim(ada)], [ada]],
    ['a hand-over by a stranger', [claim(ada), handOver(eve, eve)], [ada]],
    ['a name sold twice', [claim(ada), handOver(ada, bob), handOver(ada, eve)], [ada, bob]],
    ['back and forth', [claim(ada), handOver(ada, bob), handOver(bob, ada), claim(bob)], [ada, bob, ada]],
    ['an allowance without a limit', [claim(ada), { from: ada, value: 2n ** 256n - 1n }], [ada]],
    ['a second claim of the owner', [claim(ada), claim(ada)], [ada]],
  ] as const)('%s', (_, deeds, owners) => {
    expect(ownersOf(deeds)).toEqual(owners);
  });
});

describe('which record stands', () => {
  const rank = (tenure: number, version: number, hash: string) => ({ tenure, version, hash: `0x${hash}` as const });

  it('is the higher tenure, then the higher version, then the greater hash', () => {
    const rising = [rank(1, 1, 'aa'), rank(1, 1, 'ab'), rank(1, 2, '01'), rank(1, 99, '00'), rank(2, 1, '00')];
    for (const [i, a] of rising.entries()) for (const [j, b] of rising.entries()) expect(outranks(a, b)).toBe(i > j);
  });

  it('is above the head for a writer, and anything true for a copy', () => {
    const head = rank(1, 2, 'bb');
    expect(outcomeOf(rank(1, 1, 'cc'), undefined, false)).toBe('head');
    expect(outcomeOf(rank(1, 3, 'aa'), head, false)).toBe('head');
    expect(outcomeOf(rank(2, 1, 'aa'), head, false)).toBe('head');
    // A writer is never told that it won by chance.
    for (const other of [rank(1, 2, 'aa'), rank(1, 2, 'cc'), rank(1, 1, 'cc')]) expect(outcomeOf(other, head, false)).toBe('conflict');
    expect(outcomeOf(rank(1, 2, 'cc'), head, true)).toBe('head');
    expect(outcomeOf(rank(1, 2, 'aa'), head, true)).toBe('history');
    expect(outcomeOf(rank(1, 1, 'cc'), head, true)).toBe('history');
  });

  it('keeps the head however large it is, and the newest of the rest', () => {
    const versions = Array.from({ length: 40 }, (_, i) => ({ ...rank(1, i + 1, 'aa'), sizeBytes: 10 }));
    expect(surplus(versions).map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(surplus([{ ...rank(1, 1, 'aa'), sizeBytes: 10 }, { ...rank(1, 2, 'aa'), sizeBytes: 2 ** 30 }]).map(({ version }) => version)).toEqual([1]);
  });
});

describe('a location', () => {
  const zero = `0x${'00'.repeat(32)}`;
  const chunk = { chunkId: zero, size: 1, method: 0, agreement: 1, bundle: 0, batch: 0, offset: 0, storedSize: 1 };
  const good = {
    v: 1, contentId: `bafkrei${'a'.repeat(52)}`, root: zero, sizeBytes: 1, created: 1, manifest: { agreement: 1, bundle: 0, sizeBytes: 1, chunks: [chunk] },
    segments: [{ start: 0, end: 1, agreement: 1, bundle: 0, batch: 0, offset: 0, storedSize: 1 }], keys: [{ agreement: 1, bundle: 0, batch: 0, keys: zero }],
    storages: [{ agreement: 1, k: 1, m: 1, batchLog2: 16, slots: [{ provider: 0, endpoint: '' }] }],
  };

  it('has its shape and its bounds', () => {
    expect(PublicLocation.parse(good)).toEqual(good);
    const bad: Record<string, unknown>[] = [
      { v: 2 }, { contentId: 'Qm' }, { root: '0x' }, { sizeBytes: -1 }, { keys: [] }, { storages: [] },
      { manifest: { ...good.manifest, chunks: [] } }, { manifest: { ...good.manifest, chunks: [{ ...chunk, size: 2 ** 30 }] } }, { manifest: { ...good.manifest, chunks: [{ ...chunk, method: 3 }] } },
      { keys: [{ ...good.keys[0], keys: '0x' }] }, { keys: [{ ...good.keys[0], keys: '0x00' }] }, { segments: [{ ...good.segments[0], offset: 2 ** 28 }] }, { segments: [{ ...good.segments[0], batch: 16_384 }] },
      { storages: [{ ...good.storages[0], slots: Array.from({ length: 65 }, () => ({ provider: 0, endpoint: '' })) }] },
    ];
    for (const change of bad) expect(PublicLocation.safeParse({ ...good, ...change }).success, JSON.stringify(change).slice(0, 80)).toBe(false);
  });
});
