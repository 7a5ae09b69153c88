import { describe, expect, test } from 'vitest';
import type { Abi } from 'viem';
import { ABIS } from '../../../offchain/dapp/src/explorer/contracts.ts';
import { EVENT_WORDS, KINDS } from '../../../offchain/dapp/src/explorer/event-words.ts';
import { foldProofs, sayFold } from '../../../offchain/dapp/src/explorer/fold.ts';
import { argumentText } from '../../../offchain/dapp/src/explorer/argument-text.ts';
import { pathNumber } from '../../../offchain/dapp/src/explorer/path-number.ts';
import { filterProviders } from '../../../offchain/dapp/src/explorer/provider-filter.ts';
import type { ProviderFilter } from '../../../offchain/dapp/src/explorer/provider-filter.ts';
import { parseSearch } from '../../../offchain/dapp/src/explorer/search.ts';
import { headlineOf, plain, plainPart, sayEvent, topicsOf } from '../../../offchain/dapp/src/explorer/sentence.ts';
import { concerns } from '../../../offchain/dapp/src/explorer/transactions.ts';
import type { NodeState } from '../../../offchain/chain/node-state.ts';

const EVENTS = (Object.entries(ABIS) as [string, Abi][]).flatMap(([contract, abi]) => abi.flatMap((item) => (item.type === 'event' ? [{ contract, name: item.name, inputs: item.inputs.map((input) => input.name) }] : [])));

describe('events in words', () => {
  test('every event of every contract has a sentence, and nothing else has one', () => {
    expect(Object.keys(EVENT_WORDS).sort()).toEqual([...new Set(EVENTS.map(({ contract, name }) => `${contract}.${name}`))].sort());
  });
  test('each hole of a sentence is an argument of its event, of a kind that is known', () => {
    for (const { contract, name, inputs } of EVENTS) {
      for (const [, argument, kind] of EVENT_WORDS[`${contract}.${name}`]!.says.matchAll(/\{(\w+):(\w+)\}/g)) {
        expect(inputs, `${contract}.${name}`).toContain(argument);
        expect(KINDS).toContain(kind);
      }
      expect(EVENT_WORDS[`${contract}.${name}`]!.says.replaceAll(/\{\w+:\w+\}/g, ''), `${contract}.${name}`).not.toMatch(/[{}]/);
    }
  });
  test('a sentence is whole, exact, and bounded', () => {
    const vacated = { contract: 'market', name: 'Vacated', args: { id: 7, slot: 3n, provider: 12, cause: 4, slashed: 1_500_000_000_000_000_001n, refund: 0n } } as const;
    expect(plain(sayEvent(vacated))).toBe('Provider 12 lost slot 3 of agreement 7 (failed a challenge): 1.500000000000000001 HOLD were slashed, 0 HOLD of unproven rent came back');
    expect(sayEvent(vacated)).toContainEqual({ kind: 'agreement', value: 7 });
    expect(plain(sayEvent({ contract: 'market', name: 'Unheard', args: {} }))).toBe('market said Unheard');
  });
  test('what strangers write stays one line of plain text', () => {
    const hostile = plainPart('text', `http://a\u202e\n${'x'.repeat(10_000)}`);
    expect(hostile).not.toMatch(/[\u202e\n]/);
    expect(hostile.length).toBeLessThanOrEqual(200);
    expect(plainPart('time', 2n ** 64n - 1n)).toBe('never');
    expect(plainPart('tier', 99)).toBe('no node');
    expect(argumentText({ a: 2n ** 70n, b: ['x'] })).toContain('1180591620717411303424');
    expect(argumentText('y'.repeat(9_000)).length).toBeLessThan(2_100);
    expect(argumentText(undefined)).toBe('undefined');
  });
  test('a transaction is named by what matters most in it', () => {
    const events = [{ contract: 'token', name: 'Transfer' }, { contract: 'market', name: 'Opened' }, { contract: 'token', name: 'Approval' }] as const;
    expect(headlineOf(events)).toBe(events[1]);
    expect(headlineOf([])).toBeUndefined();
    expect(topicsOf(events)).toEqual(['agreements', 'tokens']);
  });
});

describe('search', () => {
  test.each([
    ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8', { kind: 'address', address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' }],
    [`0x${'AB'.repeat(32)}`, { kind: 'hash', hash: `0x${'ab'.repeat(32)}` }],
    [' /a.com/izone.mp4 ', { kind: 'name', name: '/a.com/izone.mp4' }],
    ['7', { kind: 'number', number: 7, of: undefined }],
    ['Agreement #7', { kind: 'number', number: 7, of: 'agreement' }],
    ['heavy node 2', { kind: 'number', number: 2, of: 'heavy' }],
    ['p12', { kind: 'number', number: 12, of: 'provider' }],
    ['block 120', { kind: 'number', number: 120, of: 'block' }],
  ])('%s', (text, wanted) => expect(parseSearch(text)).toEqual(wanted));
  test.each(['', '0x12', '0xzz', 'hello', '/a//b', '/a\u0000b', '99999999999', 'cheese 7', `/${'x'.repeat(700)}`, '-3', '4294967296'])('nothing, with a reason: %j', (text) => {
    const wanted = parseSearch(text);
    expect(wanted.kind).toBe('nothing');
    expect(wanted.kind === 'nothing' && wanted.why.length).toBeGreaterThan(20);
  });
  test('numbers of addresses in the address bar', () => {
    expect([pathNumber('7'), pathNumber('0007'), pathNumber('4294967295')]).toEqual([7, 7, 4294967295]);
    for (const bad of [undefined, '', '-1', '1.5', '4294967296', '1e3', '99999999999999']) expect(pathNumber(bad)).toBeUndefined();
  });
});

test('whom an event concerns', () => {
  const place = { block: 5n, index: 0, transaction: '0x' as const };
  const replaced = { contract: 'market', name: 'Replaced', args: { id: 3, slot: 1n, from: 4, to: 9 }, ...place } as const;
  const paid = { contract: 'market', name: 'NodePaid', args: { id: 3, to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', amount: 1n }, ...place } as const;
  const opened = { contract: 'market', name: 'Opened', args: { id: 8, heavy: 1, offers: [{ provider: 4 }, { provider: 6 }] }, ...place } as const;
  expect([4, 9, 3, 1].map((node) => concerns(replaced, { node }))).toEqual([true, true, false, false]);
  expect([concerns(replaced, { agreement: 3 }), concerns(paid, { agreement: 3 }), concerns(paid, { node: 3 })]).toEqual([true, false, true]);
  expect(concerns(paid, { account: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' })).toBe(true);
  expect([1, 4, 6, 8].map((node) => concerns(opened, { node }))).toEqual([true, true, true, false]);
  expect([concerns(opened, { block: 5n }), concerns(opened, { block: 6n })]).toEqual([true, false]);
});

test('filters of providers', () => {
  const base: NodeState = { id: 2, operator: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', payout: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', tier: 'standard', region: 1, parent: 1, endpoint: 'http://one.example', stake: 10n, queued: 0n, required: 10n, owed: 0n, faulted: false };
  const nodes: NodeState[] = [{ ...base, id: 1, tier: 'heavy' }, base, { ...base, id: 3, tier: 'archival', region: 2, stake: 50n, required: 0n, endpoint: 'http://TWO.example' }, { ...base, id: 21, faulted: true, queued: 2n, stake: 12n }];
  const ids = (part: Partial<ProviderFilter>) => filterProviders(nodes, { text: '', tier: 'all', state: 'all', region: 'all', order: 'id', ...part }).map(({ id }) => id);
  expect(ids({})).toEqual([2, 3, 21]);
  expect(ids({ text: '2' })).toEqual([2]);
  expect(ids({ text: 'two.' })).toEqual([3]);
  expect(ids({ tier: 'archival' })).toEqual([3]);
  expect(ids({ region: '1' })).toEqual([2, 21]);
  expect(ids({ state: 'faulted' })).toEqual([21]);
  expect(ids({ state: 'free' })).toEqual([3]);
  expect(ids({ state: 'earning', order: 'stake' })).toEqual([21, 2]);
  expect(ids({ order: 'promised' })).toEqual([2, 21, 3]);
});

test('proofs that follow each other are told together, and nothing else is', () => {
  const group = (index: number, ...events: { contract: 'market' | 'token'; name: string; args: object }[]) => ({ transaction: `0x${index}` as const, block: BigInt(index), events: events.map((event, i) => ({ ...event, args: event.args as Record<string, unknown>, block: BigInt(index), index: i, transaction: `0x${index}` as const })) });
  const proof = (index: number, provider: number, epoch: number) => group(index, { contract: 'market', name: 'Proved', args: { provider, epoch } });
  const seed = group(5, { contract: 'market', name: 'SeedFixed', args: { epoch: 12 } });
  const opened = group(4, { contract: 'market', name: 'Opened', args: { id: 1 } });
  const folds = foldProofs([proof(9, 4, 12), proof(8, 3, 12), seed, opened, proof(3, 4, 11), proof(2, 3, 11)]);
  expect(folds.map(({ groups }) => groups.length)).toEqual([3, 1, 1, 1]);
  expect(folds[0]).toMatchObject({ providers: [3, 4], fromEpoch: 12, toEpoch: 12 });
  expect(sayFold(folds[0]!)).toBe('2 proofs of epoch 12');
  expect(foldProofs([])).toEqual([]);
  expect(sayFold(foldProofs([proof(9, 4, 12), proof(8, 3, 11), proof(7, 3, 10)])[0]!)).toBe('3 proofs of epochs 10 to 12');
});
