/** What the pages read and do, on a real chain with a small market that moves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseEther } from 'viem';
import { currentEpoch } from '../../../offchain/chain/current-epoch.ts';
import { registryAbi } from '../../../offchain/chain/generated/abi.ts';
import { owedToNode, tokenBalance } from '../../../offchain/chain/read-money.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { readNode } from '../../../offchain/chain/read-node.ts';
import { surrender } from '../../../offchain/chain/surrender.ts';
import { linesOf } from '../../../offchain/earnings/group.ts';
import { readHeavyAccount } from '../../../offchain/earnings/heavy-statement.ts';
import { readProviderAccount } from '../../../offchain/earnings/provider-statement.ts';
import { readAgreementPage, readAgreementView, slotMarks } from '../../../offchain/dapp/src/explorer/agreement-view.ts';
import { readEpochFacts } from '../../../offchain/dapp/src/explorer/epoch-facts.ts';
import { moneyChart, priceOf, provenShareChart, readEpochs } from '../../../offchain/dapp/src/explorer/epochs.ts';
import { readNetworkFacts, readNewestPrice } from '../../../offchain/dapp/src/explorer/network-facts.ts';
import { readRecent } from '../../../offchain/dapp/src/explorer/read-events.ts';
import { readTransaction } from '../../../offchain/dapp/src/explorer/read-transaction.ts';
import { look, parseSearch } from '../../../offchain/dapp/src/explorer/search.ts';
import { headlineOf, plain, sayEvent } from '../../../offchain/dapp/src/explorer/sentence.ts';
import { fromIndexOrChain } from '../../../offchain/dapp/src/explorer/sources.ts';
import type { Ask, Sourced, Sources } from '../../../offchain/dapp/src/explorer/sources.ts';
import { readTransactions } from '../../../offchain/dapp/src/explorer/transactions.ts';
import type { TransactionPage } from '../../../offchain/dapp/src/explorer/transactions.ts';
import { claimFees, dueRails } from '../../../offchain/dapp/src/heavy/claim.ts';
import { feeChart, feesByEpoch } from '../../../offchain/dapp/src/heavy/fee-chart.ts';
import { readChildren, readHeavyFigures } from '../../../offchain/dapp/src/heavy/heavy-reads.ts';
import { collectPay, railParties } from '../../../offchain/dapp/src/provider/collect.ts';
import { earningsChart, whereShares } from '../../../offchain/dapp/src/provider/earnings-charts.ts';
import { readFaults, readOpenChallenges } from '../../../offchain/dapp/src/provider/faults.ts';
import { readSlotParents } from '../../../offchain/dapp/src/provider/slot-parents.ts';
import { readSlots } from '../../../offchain/dapp/src/provider/slots.ts';
import { readStanding } from '../../../offchain/dapp/src/provider/standing.ts';
import { readTimeline } from '../../../offchain/dapp/src/provider/timeline.ts';
import { CHECK_QUESTION, checkIndex } from '../../../offchain/dapp/src/state/check-index.ts';
import { openIndexer } from '../../../offchain/indexer/indexer.ts';
import { createLogger } from '../../../offchain/store/log.ts';
import { type Story, startStory } from '../../earnings/story.ts';

let story: Story;
let agreement: number;
let other: number;

beforeAll(async () => {
  story = await startStory();
  agreement = await story.open(story.creator, { providers: [2, 3, 4], periods: 3 });
  other = await story.open(story.second, { providers: [3, 5], periods: 2, quota: 5 });
  await story.epoch(2, 3, 4, 5);
  await story.epoch(2, 3, 5);
  await story.epoch(2, 3, 4, 5);
  await surrender(story.provider(4), { agreement, slot: 2 });
  await story.epoch(2, 3, 5);
});
afterAll(() => story.holdfast.stop());

test('an agreement with its slots, told apart', async () => {
  const view = await readAgreementView(story.creator, agreement);
  expect(slotMarks(view).map(({ condition }) => condition)).toEqual(['proven', 'proven', 'vacant']);
  expect(view.rent).toBe(view.slots.reduce((sum, { rent }) => sum + rent, 0n));
  await expect(readAgreementView(story.creator, 99)).rejects.toMatchObject({ code: 'NO_SUCH_AGREEMENT' });
  const page = await readAgreementPage(story.creator, { page: 0, size: 1 });
  expect([page.count, page.views.map(({ id }) => id)]).toEqual([2, [other]]);
  expect((await readAgreementPage(story.creator, { page: 9, size: 1 })).views).toEqual([]);
});

test('transactions in words, by whom they concern, and page by page', async () => {
  const chain = story.creator;
  const all = await readTransactions({ chain }, { page: 0 });
  expect(all.from).toBe('chain');
  expect(all.value.groups).toHaveLength(20);
  expect(all.value.hasMore).toBe(true);
  const blocks = all.value.groups.map(({ block }) => block);
  expect(blocks).toEqual([...blocks].sort((a, b) => Number(b - a)));
  const { groups } = await readRecent(chain);
  const headlines = groups.map(({ events }) => plain(sayEvent(headlineOf(events)!)));
  expect(headlines.filter((line) => line.startsWith('Provider 4 lost slot 2'))).toHaveLength(1);
  expect(headlines.some((line) => /rented space: agreement 1, matched by heavy node 1, prepaid with [0-9.]+ HOLD/.test(line))).toBe(true);
  expect(headlines.filter((line) => line.includes(' said '))).toEqual([]);
  const ofFive = await readTransactions({ chain }, { page: 0, of: { node: 5 } });
  expect(ofFive.value.groups.length).toBeGreaterThan(3);
  const ofOther = (await readTransactions({ chain }, { page: 0, of: { agreement: other } })).value.groups;
  expect(ofOther.map(({ events }) => headlineOf(events)!.name)).toContain('Opened');
  expect(ofOther.length).toBeLessThan(groups.length);
  const last = groups[0]!;
  expect((await readTransactions({ chain }, { page: 0, of: { block: last.block } })).value.groups.map(({ transaction }) => transaction)).toContain(last.transaction);
});

test('one transaction with its call, its events, its cost; and one that was refused, with the reason', async () => {
  const chain = story.creator;
  const { groups } = await readRecent(chain);
  const opening = groups.find(({ events }) => events.some(({ name, args }) => name === 'Opened' && args['id'] === agreement))!;
  const view = await readTransaction(chain, opening.transaction);
  expect(view).toMatchObject({ status: 'success', contract: 'market', call: { name: 'open' } });
  expect(view.call!.args.map(({ name }) => name)).toContain('terms');
  expect(view.fee).toBeGreaterThan(0n);
  expect(view.events.length).toBeGreaterThan(0);
  const wallet = story.provider(2).wallet!;
  // A development chain takes it into a block and complains all the same.
  await expect(wallet.writeContract({ address: chain.deployment.registry, abi: registryAbi, functionName: 'withdrawStake', args: [2], account: wallet.account!, chain: wallet.chain, gas: 300_000n })).rejects.toThrow('NothingQueued');
  const [hash] = (await chain.public.getBlock()).transactions;
  expect(await readTransaction(chain, hash!)).toMatchObject({ status: 'reverted', call: { name: 'withdrawStake' }, reason: { sentence: 'Node 2 has no withdrawal in the queue.' } });
  await expect(readTransaction(chain, `0x${'12'.repeat(32)}`)).rejects.toMatchObject({ code: 'NO_SUCH_TRANSACTION' });
});

test('the search finds what a number is', async () => {
  const chain = story.creator;
  const find = async (text: string) => (await look(chain, parseSearch(text))).map(({ href }) => href);
  expect(await find('2')).toEqual(['/explorer/agreements/2', '/explorer/providers/2', '/explorer/blocks/2']);
  expect(await find('node 1')).toEqual(['/explorer/heavy-nodes/1']);
  expect(await find('agreement 77')).toEqual([]);
  const { operator } = await readNode(chain, 3);
  expect(await find(operator)).toEqual([`/explorer/addresses/${operator}`, '/explorer/providers/3']);
  const block = await chain.public.getBlock();
  expect(await find(block.hash)).toEqual([`/explorer/blocks/${block.number}`]);
  expect(await find('/a.com/x y')).toEqual(['/explorer/names?name=%2Fa.com%2Fx%20y']);
});

test('epochs and the network, without an index', async () => {
  const chain = story.creator;
  const epoch = await currentEpoch(chain);
  const { value, from } = await readEpochs({ chain }, { count: 10 });
  expect(from).toBe('chain');
  expect(value.slice(0, 4).map(({ proofs }) => proofs)).toEqual([3, 4, 3, 4]);
  const facts = await readEpochFacts({ chain }, epoch);
  expect(facts.value.proofs.map(({ provider }) => provider).sort()).toEqual([2, 3, 5]);
  expect(facts.value.seed).toMatch(/^0x/);
  expect(await readNetworkFacts(chain)).toMatchObject({ agreements: 2, nodes: 6, challenges: 0 });
  // Two slots at some 10^12 units a batch of 64 KiB each, 16 Ki batches to a GiB.
  const price = await readNewestPrice(chain);
  expect(price! / (2n * 10n ** 12n)).toBe(16_384n);
});

test('an index that is away is passed over; a chain that is away is a failure', async () => {
  const chain = story.creator;
  const away = () => Promise.reject(new Error('away'));
  expect((await readEpochs({ chain, ask: away }, { count: 3 })).from).toBe('chain');
  await expect(fromIndexOrChain({ chain, ask: away }, away, () => Promise.reject(new Error('chain too')))).rejects.toThrow('chain too');
  const signal = AbortSignal.abort();
  await expect(fromIndexOrChain({ chain, ask: away, signal }, away, () => Promise.resolve(1))).rejects.toThrow();
});

test('where a provider stands: slots, proofs, faults', async () => {
  const chain = story.creator;
  const epoch = await currentEpoch(chain);
  const three = await readStanding(chain, 3);
  expect(three.perEpoch).toBeGreaterThan(0n);
  expect(three.locked).toBe(three.perEpoch * BigInt(three.parameters.stakeEpochs));
  await expect(readStanding(chain, 1)).rejects.toMatchObject({ code: 'NOT_A_PROVIDER' });
  const slots = (await readSlots({ chain }, 3)).value;
  expect(slots.map(({ agreement: id, slot }) => [id, slot])).toEqual([[agreement, 1], [other, 0]]);
  expect(slots.reduce((sum, { rent }) => sum + rent, 0n)).toBe(three.perEpoch);
  const four = await readStanding(chain, 4);
  const strip = async (id: number, standing: typeof three) => (await readTimeline({ chain }, { id, epoch, count: 5, sinceEpoch: standing.sinceEpoch, perEpoch: standing.perEpoch })).value.map(({ state }) => state);
  expect((await strip(3, three)).slice(-4)).toEqual(['proven', 'proven', 'proven', 'proven']);
  expect((await strip(4, four)).slice(-4)).toEqual(['proven', 'idle', 'proven', 'idle']);
  const begun = await readTimeline({ chain }, { id: 99, epoch, count: 4, sinceEpoch: epoch - 2, perEpoch: 1n });
  expect(begun.value.map(({ state }) => state), 'the first epoch of a rent counts as no miss').toEqual(['idle', 'idle', 'missed', 'ahead']);
  const faults = await readFaults(chain, 4);
  expect(faults.losses).toMatchObject([{ agreement, slot: 2, cause: 'surrender' }]);
  expect(await readOpenChallenges(chain)).toEqual([]);
});

test('the index tells what the chain tells, and more', async () => {
  const chain = story.creator;
  const home = await mkdtemp(join(tmpdir(), 'holdfast-pages-'));
  const indexer = await openIndexer({ chain, home, log: createLogger({ name: 'test', write: () => undefined }) });
  try {
    const head = await chain.public.getBlockNumber();
    for (let ticks = 0; ticks < 50 && BigInt(indexer.report().head?.number ?? -1) < head; ticks++) await indexer.tick();
    expect(indexer.report().failure).toBeUndefined();
    expect(indexer.report().head!.number).toBeGreaterThanOrEqual(Number(head));
    const refusals: string[] = [];
    const ask: Ask = async ({ query, variables, schema }) => {
      const { data, errors } = await indexer.query({ query, variables: variables ?? {} });
      refusals.push(...(errors ?? []).map(({ message }) => message));
      return schema.parse(data);
    };
    const epoch = await currentEpoch(chain);
    const both = async <T>(read: (sources: Sources) => Promise<Sourced<T>>): Promise<[T, T]> => {
      const [ofIndex, ofChain] = [await read({ chain, ask }), await read({ chain })];
      expect(refusals).toEqual([]);
      expect([ofIndex.from, ofChain.from]).toEqual(['index', 'chain']);
      return [ofIndex.value, ofChain.value];
    };
    const hashes = ({ groups }: TransactionPage) => groups.map(({ transaction }) => transaction);
    for (const of of [undefined, { agreement: other }, { node: 5 }] as const) {
      const [ofIndex, ofChain] = await both((sources) => readTransactions(sources, { page: 0, of }));
      expect(hashes(ofIndex).length, JSON.stringify(of)).toBeGreaterThan(0);
      expect(hashes(ofIndex), JSON.stringify(of)).toEqual(hashes(ofChain).slice(0, hashes(ofIndex).length));
    }
    const [indexed, counted] = await both((sources) => readEpochs(sources, { count: 4 }));
    expect(indexed.map(({ number, proofs }) => [number, proofs])).toEqual(counted.map(({ number, proofs }) => [number, proofs]));
    expect(indexed.every(({ totals }) => totals !== undefined && totals.rent > 0n)).toBe(true);
    expect(provenShareChart(indexed, epoch).labels).toHaveLength(3);
    expect(moneyChart(indexed).series.map(({ name }) => name)).toContain('fees');
    const [opening] = (await readEpochs({ chain, ask }, { count: 1, before: indexed.at(-1)!.number })).value;
    expect(priceOf(opening!.totals!)).toBeGreaterThan(0n);
    const [slots, held] = await both((sources) => readSlots(sources, 3));
    expect(slots).toEqual(held);
    const [facts, logs] = await both((sources) => readEpochFacts(sources, epoch));
    expect(facts.proofs.map(({ provider }) => provider).sort()).toEqual(logs.proofs.map(({ provider }) => provider).sort());
    const [figures, counts] = await both((sources) => readHeavyFigures(sources, 1));
    expect({ ...figures, fees: undefined }).toEqual(counts);
    const { sinceEpoch, perEpoch } = await readStanding(chain, 4);
    const [strip] = await both((sources) => readTimeline(sources, { id: 4, epoch, count: 4, sinceEpoch, perEpoch }));
    // What the chain alone has forgotten: a slot that was lost since.
    expect(strip.map(({ state }) => state)).toEqual(['proven', 'missed', 'proven', 'idle']);
    await findsLies(chain, ask);
  } finally {
    await indexer.close();
    await rm(home, { recursive: true, force: true });
  }
});

/** What an index says against the chain is found, and a slot that it keeps quiet about is looked for on the chain. */
async function findsLies(chain: Chain, ask: Ask): Promise<void> {
  const told = await ask(CHECK_QUESTION);
  const { network, _meta: { block } } = told;
  expect((await checkIndex(chain, told)).contradiction).toBeUndefined();
  const say = async (change: object, at: object = {}) => (await checkIndex(chain, { _meta: { block: { ...block, ...at } }, network: network && { ...network, ...change } })).contradiction;
  expect(await say({ nodes: network!.nodes + 1 })).toBe(`At block ${block.number} it counts 7 nodes, and the chain 6.`);
  expect(await say({ agreements: 0 })).toMatch(/0 agreements/);
  expect(await say({ tokenSupply: network!.tokenSupply + 1n })).toMatch(/units of the token/);
  expect(await say({ market: chain.deployment.token })).toMatch(/market/);
  expect(await say({}, { hash: `0x${'ab'.repeat(32)}` })).toMatch(/another block/);
  expect(await say({}, { number: block.number + 1_000 })).toMatch(/newest/);
  expect((await checkIndex(chain, { ...told, network: null })).contradiction).toMatch(/nothing of this network/);
  expect(await say({}, { number: block.number - 1, hash: null })).toBeUndefined();
  const silent: Ask = async (question) => (question.query.includes('slots(') ? (question.schema.parse({ slots: [] }) as never) : ask(question));
  expect((await readSlots({ chain, ask: silent }, 3)).from).toBe('chain');
}

test('a provider collects all its pay, and the statement says the same', async () => {
  const chain = story.provider(3);
  const account = await readProviderAccount(chain, 3);
  const { statement } = account;
  const lines = linesOf({ history: account.history, facts: account.facts, node: 3, by: 'epoch' });
  const chart = earningsChart(lines, 'epoch');
  expect(chart.series[0]!.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBeCloseTo(Number(statement.earned + statement.premiums + statement.bonds + statement.rewards + statement.reads) / 1e18, 9);
  expect(chart.labels).toHaveLength(lines.filter(({ key }) => key !== null).length);
  expect(whereShares(statement).map(({ text }) => text).join(' ')).toContain('HOLD');
  const { payout } = await readNode(chain, 3);
  const before = await tokenBalance(chain, payout);
  const parties = railParties(account, await readSlotParents(chain, account));
  const { paid, rewarded } = await collectPay(chain, { id: 3, ...parties });
  expect(paid).toBe(statement.unsettled + statement.owed);
  expect(paid).toBeGreaterThan(0n);
  expect((await tokenBalance(chain, payout)) - before).toBe(paid + rewarded);
  const after = (await readProviderAccount(chain, 3)).statement;
  expect([after.unsettled, after.owed, after.unexplained]).toEqual([0n, 0n, 0n]);
  expect(await collectPay(chain, { id: 3, ...parties })).toMatchObject({ paid: 0n });
});

test('a heavy node claims its fees, and its chart adds up to them', async () => {
  const chain = story.heavy;
  expect((await readChildren(chain, 1)).map(({ id }) => id)).toEqual([2, 3, 4, 5, 6]);
  expect((await readHeavyFigures({ chain }, 1)).value).toMatchObject({ matches: 2, children: 5 });
  expect((await dueRails(chain, 1)).map(({ provider }) => provider).sort()).toEqual([2, 5]);
  const heard: number[] = [];
  const { fees } = await claimFees(chain, 1, { settled: (done) => heard.push(done) });
  expect(heard).toEqual([0, 1]);
  expect(fees).toBeGreaterThan(0n);
  expect(await owedToNode(chain, 1)).toBe(0n);
  expect(await dueRails(chain, 1)).toEqual([]);
  const account = await readHeavyAccount(chain, 1);
  expect(account.statement.paid).toBe(fees);
  const rows = feesByEpoch(account);
  expect(rows.reduce((sum, row) => sum + row.footprint + row.asParent, 0n)).toBe(account.statement.footprint + account.statement.asParent);
  expect(feeChart(rows).series).toHaveLength(2);
  expect(parseEther('1')).toBeGreaterThan(fees);
});
