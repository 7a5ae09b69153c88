import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { startHeavy } from '../../offchain/heavy/service.ts';
import type { Indexer } from '../../offchain/indexer/indexer.ts';
import type { EntityModel } from '../../offchain/indexer/schema/model.ts';
import { parseSchema } from '../../offchain/indexer/schema/parse-schema.ts';
import { type PrivateServer, postgresqlBinaries, startPostgresql } from '../support/postgresql.ts';
import { HeavyStatus } from '../../offchain/wire/messages.ts';
import { writeManifest } from './fixture/build.ts';
import { ask, startIndexed, who } from './indexed.ts';
import type { Indexed } from './indexed.ts';
import { Naive } from './naive.ts';
import type { Row } from './naive.ts';
import { literal, randomOf, RandomQueries } from './random-queries.ts';

let world: Indexed;
let server: PrivateServer | undefined;
const blocks: number[] = [];
const binaries = postgresqlBinaries();
if (binaries === undefined) console.warn('SKIPPED: the indexer on PostgreSQL, for its programs (initdb, postgres) are not on this machine');

beforeAll(async () => {
  world = await startIndexed();
  // From, to, amount: one block each.
  for (const [from, to, amount] of [[1, 2, 5], [1, 3, 13], [2, 3, 700], [3, 1, 2], [1, 2, 90], [4, 4, 1]] as const) blocks.push(await world.move(from, to, amount));
  server = binaries === undefined ? undefined : await startPostgresql(binaries);
});
afterAll(async () => {
  await world?.stop();
  await server?.stop();
});

describe.each(['SQLite', 'PostgreSQL'] as const)('the dialect on %s', (database) => {
  const before = process.env['DATABASE_URL'];
  let indexer: Indexer;

  beforeAll(async () => {
    if (database === 'PostgreSQL' && server !== undefined) process.env['DATABASE_URL'] = server.url;
    if (database === 'SQLite') delete process.env['DATABASE_URL'];
    indexer = await world.open();
    await indexer.tick();
  });
  afterAll(async () => {
    await indexer?.close();
    if (before === undefined) delete process.env['DATABASE_URL'];
    else process.env['DATABASE_URL'] = before;
  });
  const run = it.skipIf(database === 'PostgreSQL' && binaries === undefined);

  /** Numbers of the accounts, or amounts of the transfers, that fit. */
  async function accounts(args: string): Promise<number[]> {
    const found = await ask<{ accounts: { id: string }[] }>(indexer, `{ accounts(${args}) { id } }`);
    return found.accounts.map(({ id }) => Number(id));
  }
  async function amounts(args: string): Promise<number[]> {
    const found = await ask<{ transfers: { amount: string }[] }>(indexer, `{ transfers(${args}) { amount } }`);
    return found.transfers.map(({ amount }) => Number(amount));
  }

  run('gives every kind of field', async () => {
    const { account } = await ask<{ account: object }>(indexer, `{ account(id: "${who(1).toUpperCase().replace('0X', '0x')}") { id name balance moves share mood isOpen tags lastAt big friend { id } } }`);
    const { timestamp } = await world.chain.public.getBlock({ blockNumber: BigInt(blocks[3]!) });
    expect(account).toEqual({
      id: who(1), name: 'Account 0001', balance: '-106', moves: 3, share: '30', mood: 'busy', isOpen: true, tags: ['sender', 'n3'], lastAt: (timestamp * 1_000_000n).toString(),
      big: (BigInt(blocks[3]!) * 10_000_000_000n).toString(), friend: { id: who(2) },
    });
  });

  run.each([
    ['where: { balance: "-605" }', [2]],
    ['where: { balance: -605 }', [2]],
    ['where: { balance_not: "-605" }', [1, 3, 4]],
    ['where: { balance_gt: "-605" }', [1, 3, 4]],
    ['where: { balance_gte: 0 }', [3, 4]],
    ['where: { balance_lt: "-106" }', [2]],
    ['where: { balance_lte: "-106" }', [1, 2]],
    ['where: { balance_in: ["0", "711"] }', [3, 4]],
    ['where: { balance_not_in: ["0", "711"] }', [1, 2]],
    ['where: { moves_gte: 1, moves_lt: 3 }', [2, 3, 4]],
    ['where: { moves_in: [] }', []],
    ['where: { share_gt: "0.5", share_lt: 100 }', [1, 3]],
    ['where: { mood: busy }', [1]],
    ['where: { mood_not: busy }', [2, 3, 4]],
    ['where: { mood_in: [busy, calm] }', [1, 2, 3, 4]],
    ['where: { isOpen: false }', []],
    ['where: { isOpen_not_in: [false] }', [1, 2, 3, 4]],
    ['where: { lastAt_gt: "1" }', [1, 2, 3, 4]],
    ['where: { big_lte: 1 }', []],
    [`where: { id_gt: "${who(2)}" }`, [3, 4]],
    [`where: { id_in: ["${who(1)}", "${who(4)}", "${who(99)}"] }`, [1, 4]],
    ['where: { id_contains: "0x0003" }', [3]],
    ['where: { id_not_contains: "0003" }', [1, 2, 4]],
    ['where: { name_contains: "0002" }', [2]],
    ['where: { name_contains: "account" }', []],
    ['where: { name_contains_nocase: "ACCOUNT 0002" }', [2]],
    ['where: { name_not_contains_nocase: "O" }', []],
    ['where: { name_starts_with: "Acc" }', [1, 2, 3, 4]],
    ['where: { name_starts_with: "acc" }', []],
    ['where: { name_starts_with_nocase: "acc" }', [1, 2, 3, 4]],
    ['where: { name_not_starts_with: "Acc" }', []],
    ['where: { name_ends_with: "4" }', [4]],
    ['where: { name_not_ends_with: "4" }', [1, 2, 3]],
    ['where: { name_ends_with_nocase: "T 0001" }', [1]],
    ['where: { name_ends_with: "a very long text that is longer than the name" }', []],
    ['where: { name_contains: "%" }', []],
    ['where: { name_gt: "Account 0002" }', [3, 4]],
    ['where: { tags_contains: ["n3"] }', [1]],
    ['where: { tags_contains: ["sender", "n1"] }', [2, 3, 4]],
    ['where: { tags_contains_nocase: ["SENDER", "N3"] }', [1]],
    ['where: { tags_not_contains: ["n1"] }', [1]],
    ['where: { tags_not_contains: ["n1", "sender"] }', []],
    ['where: { tags_not_contains: [] }', [1, 2, 3, 4]],
    [`where: { friend_starts_with: "0x000000", friend_ends_with: "0002" }`, [1]],
    ['where: { id_contains: "0x3000" }', []],
    ['where: { id_not_in: [] }', []],
    ['where: { name_not_contains: "" }', []],
    ['where: { tags: ["sender", "n3"] }', [1]],
    ['where: { tags_not: ["sender", "n3"] }', [2, 3, 4]],
    [`where: { friend: "${who(3)}" }`, [2]],
    ['where: { friend: null }', []],
    ['where: { friend_not: null }', [1, 2, 3, 4]],
    ['where: { friend_: { moves_gt: 1 } }', [3]],
    ['where: { friend_: { friend_: { mood: busy } } }', [2]],
    ['where: { sent_: { amount_gt: "100" } }', [2]],
    ['where: { received_: { from_: { moves: 3 } } }', [2, 3]],
    ['where: { or: [{ moves: 3 }, { balance: "711" }] }', [1, 3]],
    ['where: { and: [{ moves: 1 }, { or: [{ balance: "0" }, { balance_gt: "700" }] }] }', [3, 4]],
    ['where: { moves: 1, and: [{ balance_gt: "0" }] }', [3]],
    ['where: {}', [1, 2, 3, 4]],
    ['where: { or: [] }', []],
    ['where: { and: [] }', [1, 2, 3, 4]],
    ['where: { or: null }', [1, 2, 3, 4]],
  ])('accounts(%s)', async (args, wanted) => {
    expect(await accounts(args)).toEqual(wanted);
  });

  run('puts in order, by own fields and those of others, and pages', async () => {
    expect(await accounts('orderBy: balance')).toEqual([2, 1, 4, 3]);
    expect(await accounts('orderBy: balance, orderDirection: desc, first: 2, skip: 1')).toEqual([4, 1]);
    expect(await accounts('orderBy: moves, orderDirection: desc')).toEqual([1, 4, 3, 2]);
    expect(await accounts('orderBy: friend__balance')).toEqual([1, 3, 4, 2]);
    expect(await accounts('orderBy: admirer__balance')).toEqual([3, 2, 4, 1]);
    expect(await accounts('orderBy: admirer__balance, orderDirection: desc, first: 2')).toEqual([1, 4]);
    expect(await amounts('orderBy: amount, orderDirection: desc, first: 3')).toEqual([700, 90, 13]);
    expect(await amounts('orderBy: from__moves, orderDirection: desc, where: { amount_lt: 14 }')).toHaveLength(4);
    expect(await amounts('first: 0')).toEqual([]);
  });

  run('follows references and derived lists, each with arguments of its own, also several times', async () => {
    const query = `query Q($least: BigInt, $who: ID!) {
      account(id: $who) { ...names sent(orderBy: amount, orderDirection: desc, first: 2) { amount to { id } } small: sent(where: { amount_lt: $least }) { amount } friendOf { id } }
      accounts(first: 2) { sent(first: 1, skip: 1, orderBy: block) { amount } received(orderBy: amount) { amount from { moves } } }
    }
    fragment names on Account { name ... on Account { moves } }`;
    expect(await ask(indexer, query, { least: '14', who: who(1) })).toEqual({
      account: { name: 'Account 0001', moves: 3, sent: [{ amount: '90', to: { id: who(2) } }, { amount: '13', to: { id: who(3) } }], small: [{ amount: '5' }, { amount: '13' }], friendOf: [{ id: who(3) }] },
      accounts: [
        { sent: [{ amount: '13' }], received: [{ amount: '2', from: { moves: 1 } }] },
        { sent: [], received: [{ amount: '5', from: { moves: 3 } }, { amount: '90', from: { moves: 3 } }] },
      ],
    });
  });

  run('tells the state of earlier blocks, by number and hash, nested entities too', async () => {
    const [first, second] = blocks as [number, number];
    const { past, hashed, later, changed } = await ask<Record<string, unknown>>(indexer, `{
      past: account(id: "${who(1)}", block: { number: ${second} }) { balance moves sent { amount } friend { id moves } }
      hashed: _meta(block: { number: ${first} }) { block { number } }
      later: accounts(block: { number_gte: ${first} }, where: { moves: 3 }) { id }
      changed: accounts(where: { _change_block: { number_gte: ${blocks[5]} } }) { id }
    }`);
    expect(past).toMatchObject({ balance: '-18', moves: 2, sent: [{ amount: '5' }, { amount: '13' }], friend: { id: who(3), moves: 0 } });
    expect([hashed, later, changed]).toEqual([{ block: { number: first } }, [{ id: who(1) }], [{ id: who(4) }]]);
    const head = await world.chain.public.getBlock();
    expect(await ask(indexer, `{ accounts(block: { hash: "${head.hash}" }, where: { moves: 3 }) { id } }`)).toEqual({ accounts: [{ id: who(1) }] });
    await expect(ask(indexer, '{ accounts(block: { number: 1000000 }) { id } }')).rejects.toThrow(/only indexed up to block number \d+ and data for block number 1000000 is therefore not yet available/);
  });

  run('shows _meta, and its schema to tools', async () => {
    const head = await world.chain.public.getBlock();
    const { _meta, __schema } = await ask<{ _meta: object; __schema: { queryType: { fields: { name: string }[] } } }>(indexer, '{ _meta { block { number hash timestamp parentHash } deployment hasIndexingErrors } __schema { queryType { fields { name } } } }');
    expect(_meta).toEqual({ block: { number: Number(head.number), hash: head.hash, timestamp: Number(head.timestamp), parentHash: head.parentHash }, deployment: indexer.deployment, hasIndexingErrors: false });
    expect(__schema.queryType.fields.map(({ name }) => name)).toEqual(['account', 'accounts', 'transfer', 'transfers', 'probe', 'probes', '_meta']);
  });

  run.each([
    ['{', /Syntax Error/],
    ['{ nothing }', /Cannot query field "nothing"/],
    ['{ accounts(first: 1001) { id } }', /`first` argument must be between 0 and 1000, but is 1001/],
    ['{ accounts(skip: 5001) { id } }', /`skip` argument must be between 0 and 5000/],
    ['{ accounts(first: -1) { id } }', /between 0 and 1000/],
    ['{ accounts(where: { balance: "1; DROP TABLE x_Account" }) { id } }', /is no BigInt/],
    ['{ accounts(where: { id: "0x\' OR 1=1 --" }) { id } }', /is no Bytes/],
    ['{ accounts(where: { share: "NaN" }) { id } }', /is no BigDecimal/],
    ['{ accounts(where: { id_contains: "0x123" }) { id } }', /is no Bytes/],
    [`{ accounts(where: { tags_contains: [${'"n1",'.repeat(101)}] }) { id } }`, /100 items/],
    [`{ accounts { id } } ${Array.from({ length: 101 }, (_, i) => `fragment f${i} on Account { id }`).join(' ')}`, /100 fragments/],
    [`{ accounts { id } } fragment wide on Account { ${'id '.repeat(1_100)} }`, /1000 fields/],
    ['{ accounts(where: { balance_gt: null }) { id } }', /cannot be null/],
    ['{ accounts(where: { moves: 1, or: [{ moves: 2 }] }) { id } }', /cannot be mixed/],
    ['{ accounts(orderBy: "id) --") { id } }', /Enum "Account_orderBy"/],
    [`{ accounts(where: { id_in: [${'"0x01",'.repeat(1_001)}] }) { id } }`, /1000 items/],
    [`{ accounts(where: ${'{ friend_: '.repeat(10)}{ moves: 1 }${' }'.repeat(10)}) { id } }`, /8 levels/],
    [`{ accounts(where: { or: [${'{ moves: 1 },'.repeat(201)}] }) { id } }`, /200 conditions/],
    [`{ accounts { ${'friend { '.repeat(12)} id ${'} '.repeat(12)} } }`, /12 levels deep/],
    [`{ ${Array.from({ length: 101 }, (_, i) => `a${i}: accounts { id }`).join(' ')} }`, /100 times|50 things/],
    [`{ accounts { ...a } } ${Array.from({ length: 12 }, (_, i) => `fragment ${'a'.repeat(i + 1)} on Account { x: friend { ...${'a'.repeat(i + 2)} } y: friend { ...${'a'.repeat(i + 2)} } }`).join(' ')} fragment ${'a'.repeat(13)} on Account { id }`, /1000 fields|12 levels/],
    [`{ accounts { ${'id '.repeat(990)} } }`, /of one name too often/],
    ['{ accounts { ...a } } fragment a on Account { friend { ...a } }', /Cannot spread fragment "a" within itself/],
    [`{ ${'x'.repeat(70_000)} }`, /65536 characters/],
    [`{ accounts { ${'id '.repeat(4_100)} } }`, /tokens|1000 fields/],
    ['{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }', /introspection depth/i],
    ['mutation { x }', /not configured|mutation/i],
  ])('refuses %.60s', async (query, words) => {
    const { data, errors } = await indexer.query({ query });
    expect(data).toBeUndefined();
    expect(errors?.map(({ message }) => message).join('; ')).toMatch(words);
  });

  run('answers as the plainest program does, whatever is asked (seeded)', async () => {
    const model = parseSchema(await readFile(`${world.fixture.folder}/schema.graphql`, 'utf8'));
    const tables = new Map<string, Row[]>();
    for (const type of ['Account', 'Transfer']) {
      const { fields } = model.entities.get(type) as EntityModel;
      const answer = await ask<Record<string, Row[]>>(indexer, `{ all: ${type.toLowerCase()}s(first: 1000) { ${fields.map(({ name, reference }) => (reference === undefined ? name : `${name} { id }`)).join(' ')} } }`);
      tables.set(type, answer['all']!.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value !== null && typeof value === 'object' && 'id' in value ? value.id : value]))));
    }
    const seed = Number(process.env['HOLDFAST_QUERY_SEED'] ?? 1);
    const naive = new Naive(model, tables);
    const queries = new RandomQueries(model, tables, randomOf(seed));
    const enums = new Set(['busy', 'calm', 'asc', 'desc']);
    for (let round = 0; round < Number(process.env['HOLDFAST_QUERY_ROUNDS'] ?? 12); round++) {
      const drawn = Array.from({ length: 20 }, (_, i) => [i % 3 === 0 ? 'Transfer' : 'Account', queries.next(i % 3 === 0 ? 'Transfer' : 'Account')] as const);
      const text = ([type, query]: (typeof drawn)[number]): string => `${type.toLowerCase()}s(${Object.entries(query).map(([key, value]) => `${key}: ${key === 'orderBy' ? String(value) : literal(value, enums)}`).join(', ')}) { id }`;
      const answer = await ask<Record<string, Row[]>>(indexer, `{ ${drawn.map((one, i) => `q${i}: ${text(one)}`).join('\n')} }`);
      for (const [i, one] of drawn.entries()) expect(answer[`q${i}`]!.map(({ id }) => id), `seed ${seed}: ${text(one)}`).toEqual(naive.list(...one));
    }
  });

  run('gives up lists that are too large together, and goes on answering', async () => {
    // Everybody's friends' friends: nothing is refused beforehand, each level multiplies.
    const deep = `{ accounts { ${'friendOf { friend { '.repeat(4)} id ${'} } '.repeat(4)} } }`;
    expect(await indexer.query({ query: deep })).toHaveProperty('data');
    expect(await accounts('where: { moves: 3 }')).toEqual([1]);
  });
});

describe('a database of another deployment', () => {
  it('is made anew; the same one goes on', async () => {
    const home = `${world.folder}/again`;
    const first = await world.open({ home });
    await first.tick();
    const { events, head } = first.report();
    expect(events).toBe(6);
    await first.close();
    const again = await world.open({ home });
    await again.tick();
    expect(again.report()).toMatchObject({ events: 0, head });
    await again.close();
    const other = await world.open({ home, handlers: [{ event: 'Probed(indexed uint256,indexed string,address,bytes,string,int256,(uint256,bytes32,string)[],uint8[2],bool)', handler: 'handleProbed' }] });
    await other.tick();
    expect(other.deployment).not.toBe(again.deployment);
    expect(await ask(other, '{ accounts { id } }')).toEqual({ accounts: [] });
    await other.close();
    await rm(home, { recursive: true });
  });
});

describe('a query that would run for ever', () => {
  it('is cut off, and the next ones are answered', async () => {
    await world.act('moveSame', [who(20), 400n]);
    const indexer = await world.open({ settings: { query: { timeoutMs: 300 } } });
    await indexer.tick();
    const deep = `{ accounts(where: { ${'sent_: { to_: { '.repeat(4)} moves: -1 ${'} } '.repeat(4)} }) { id } }`;
    const [first, second] = await Promise.all([indexer.query({ query: deep }), ask(indexer, '{ accounts(where: { moves: 400 }) { id } }')]);
    // PostgreSQL makes joins of it and is done at once.
    const isQuick = process.env['HOLDFAST_TEST_DATABASE'] === 'postgresql';
    expect(first).toEqual(isQuick ? { data: { accounts: [] } } : { errors: [{ message: 'The query took too long.' }] });
    expect(second).toEqual({ accounts: [{ id: who(20) }] });
    expect(indexer.report().queriesCutOff).toBe(isQuick ? 0 : 1);
    await indexer.close();
  });
});

describe('in a heavy node', () => {
  it('answers over HTTP, and tells how it is: status, metrics, health', async () => {
    const manifest = await writeManifest(world.fixture, { name: 'manifest-heavy', address: world.emitter, into: world.folder });
    const heavy = await startHeavy({
      rpcUrls: [world.holdfast.rpcUrl], deployment: world.holdfast.deployment, account: devAccount(1, DEV_CHAIN_ID), write: () => undefined,
      settings: { home: `${world.folder}/heavy`, p2p: { enabled: false }, indexer: { enabled: true, manifest, pollMs: 20 } },
    });
    const url = `${heavy.url}/subgraphs/name/holdfast`;
    const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
    const status = async () => HeavyStatus.parse(await (await fetch(`${heavy.url}/status`)).json()).indexer;
    try {
      await vi.waitFor(async () => expect((await status())?.behind === 0 && (await status())?.block).toBeGreaterThanOrEqual(blocks[5]!), { timeout: 20_000, interval: 50 });
      const answer = await post({ query: 'query Q($n: Int!) { accounts(where: { moves: $n }) { id } }', variables: { n: 3 }, operationName: 'Q' }, { origin: 'https://app.example.org' });
      expect([answer.status, answer.headers.get('access-control-allow-origin'), await answer.json()]).toEqual([200, '*', { data: { accounts: [{ id: who(1) }] } }]);
      expect(await (await post({ query: '{ nothing }' })).json()).toMatchObject({ errors: [{ message: expect.stringContaining('Cannot query field') }] });
      // Nested a hundred thousand times: walks of values do not return from that.
      const abyss = `{"query":"{ accounts { id } }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
      const answers = await Promise.all([post({ query: '{ accounts { id } }' }), post(abyss), post(abyss)]);
      expect(await Promise.all(answers.slice(1).map((one) => one.json()))).toEqual(Array(2).fill({ errors: [{ message: 'Variables may be nested 40 levels deep.' }] }));
      expect([(await post('{')).status, (await post({ q: 1 })).status, (await post({ query: `{ ${' '.repeat(300_000)} }` })).status]).toEqual([400, 400, 413]);
      expect(await (await fetch(url)).text()).toContain('Holdfast queries');
      const many = await Promise.all(Array.from({ length: 120 }, () => post({ query: '{ accounts { id } }' })));
      expect(many.some(({ status: one }) => one === 200) && many.every(({ status: one }) => one === 200 || one === 503)).toBe(true);
      await world.act('breakIt', [0n]);
      await vi.waitFor(async () => expect((await status())?.failure).toContain('broken on purpose'), { timeout: 20_000, interval: 50 });
      expect(await (await fetch(`${heavy.url}/readyz`)).json()).toMatchObject({ ok: true, causes: expect.arrayContaining([expect.objectContaining({ code: 'INDEXER_FAILED' })]) });
      expect(await (await fetch(`${heavy.url}/metrics`)).text()).toMatch(/holdfast_indexer_block \d+\n[^]*holdfast_indexer_failed 1\n/);
    } finally {
      await heavy.stop();
    }
  });

  it('that has none, or whose subgraph was not built, says so', async () => {
    const heavy = await startHeavy({
      rpcUrls: [world.holdfast.rpcUrl], deployment: world.holdfast.deployment, account: devAccount(1, DEV_CHAIN_ID), write: () => undefined,
      settings: { home: `${world.folder}/heavy`, p2p: { enabled: false }, indexer: { enabled: true, manifest: `${world.folder}/missing.json`, pollMs: 20 } },
    });
    try {
      await vi.waitFor(async () => expect(await (await fetch(`${heavy.url}/readyz`)).json()).toMatchObject({ ok: true, causes: expect.arrayContaining([expect.objectContaining({ code: 'INDEXER_FAILED' })]) }), { timeout: 20_000, interval: 200 });
      const answer = await fetch(`${heavy.url}/subgraphs/name/holdfast`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ _meta { deployment } }"}' });
      expect([answer.status, await answer.json()]).toEqual([503, { errors: [{ message: expect.stringContaining('cannot run') }] }]);
    } finally {
      await heavy.stop();
    }
  });
});
