/** Lists of transactions with Holdfast's contracts, each with what it did. */
import { isAddressEqual } from 'viem';
import type { Address, Hex } from 'viem';
import { z } from 'zod';
import type { Chain } from '../../../chain/types.ts';
import { hash, list, whole } from './graph-values.ts';
import { byTransaction, decodeLogs, readRecent } from './read-events.ts';
import type { EventGroup } from './read-events.ts';
import type { ChainEvent } from './sentence.ts';
import { fromIndexOrChain } from './sources.ts';
import type { Ask, Sourced, Sources } from './sources.ts';

/** Whose transactions; everybody's where absent. */
export type Subject = { readonly node: number } | { readonly agreement: number } | { readonly account: Address } | { readonly block: bigint };

export interface TransactionPage {
  /** The newest first. */
  readonly groups: readonly EventGroup[];
  readonly hasMore: boolean;
}

export const PAGE_SIZE = 20;
/** Several events of one transaction are about one thing. */
const EVENTS_PER_TRANSACTION = 6;
const SKIP_MAX = 5_000;
const Ids = z.object({ transactions: list(z.object({ id: hash })) });
const Place = z.object({ id: hash, block: whole });
const EventIds = z.object({ events: list(z.object({ transaction: Place })) });
const NodeIds = EventIds.extend({ tenures: list(z.object({ startEpoch: whole, agreement: z.object({ startEpoch: whole, openedBy: Place }) })) });

export function readTransactions(sources: Sources, options: { readonly page: number; readonly of?: Subject | undefined }): Promise<Sourced<TransactionPage>> {
  const { page, of } = options;
  if (of !== undefined && 'block' in of) return readBlockPage(sources, of.block);
  const from = Math.min(page * PAGE_SIZE, SKIP_MAX);
  return fromIndexOrChain(
    sources,
    async (ask) => {
      const hashes = of === undefined ? await newest(ask, from) : await newestOf(ask, of, from);
      return { groups: await Promise.all(hashes.slice(0, PAGE_SIZE).map((id) => readGroup(sources.chain, id))), hasMore: hashes.length > PAGE_SIZE && from < SKIP_MAX };
    },
    async () => {
      const { groups } = await readRecent(sources.chain, sources.signal === undefined ? {} : { signal: sources.signal });
      const those = of === undefined ? groups : groups.filter(({ events }) => events.some((event) => concerns(event, of)));
      return { groups: those.slice(from, from + PAGE_SIZE), hasMore: those.length > from + PAGE_SIZE };
    },
  );
}

async function newest(ask: Ask, skip: number): Promise<Hex[]> {
  const { transactions } = await ask({ query: `query Newest($first: Int!, $skip: Int!) { transactions(first: $first, skip: $skip, orderBy: block, orderDirection: desc) { id } }`, variables: { first: PAGE_SIZE + 1, skip }, schema: Ids });
  return transactions.map(({ id }) => id);
}

const OF_NODE = `query OfNode($first: Int!, $node: String!) {
  events(first: $first, where: { or: [{ node: $node }, { otherNode: $node }] }, orderBy: ordinal, orderDirection: desc) { transaction { id block } }
  tenures(first: $first, where: { provider: $node }, orderBy: startEpoch, orderDirection: desc) { startEpoch agreement { startEpoch openedBy { id block } } }
}`;
const OF = `query Of($first: Int!, $where: Event_filter) { events(first: $first, where: $where, orderBy: ordinal, orderDirection: desc) { transaction { id block } } }`;

async function newestOf(ask: Ask, of: Exclude<Subject, { block: bigint }>, skip: number): Promise<Hex[]> {
  const first = Math.min(1_000, (skip + PAGE_SIZE + 1) * EVENTS_PER_TRANSACTION);
  const places = 'node' in of ? await placesOfNode(ask, of.node, first) : (await ask({ query: OF, variables: { first, where: 'agreement' in of ? { agreement: String(of.agreement) } : { account: of.account.toLowerCase() } }, schema: EventIds })).events.map(({ transaction }) => transaction);
  return [...new Set(places.map(({ id }) => id))].slice(skip);
}

/** A node may be either of the two that an event names; openings name it among their offers only: it held a slot from their epoch on. */
async function placesOfNode(ask: Ask, node: number, first: number) {
  const { events, tenures } = await ask({ query: OF_NODE, variables: { first, node: String(node) }, schema: NodeIds });
  const places = [...events.map(({ transaction }) => transaction), ...tenures.flatMap(({ startEpoch, agreement }) => (startEpoch === agreement.startEpoch ? [agreement.openedBy] : []))];
  return places.sort((a, b) => b.block - a.block);
}

/** The words come from the chain's own receipt, so that both sources tell the same. */
async function readGroup(chain: Chain, transaction: Hex): Promise<EventGroup> {
  const { logs, blockNumber } = await chain.ask('a receipt', (client) => client.getTransactionReceipt({ hash: transaction }));
  return { transaction, block: blockNumber, events: decodeLogs(chain.deployment, logs) };
}

async function readBlockPage({ chain }: Sources, block: bigint): Promise<Sourced<TransactionPage>> {
  const logs = await chain.ask('the events', (client) => client.getLogs({ fromBlock: block, toBlock: block }));
  return { value: { groups: byTransaction(decodeLogs(chain.deployment, logs)), hasMore: false }, from: 'chain' };
}

const NODE_ARGS: Readonly<Record<string, readonly string[]>> = { market: ['provider', 'heavy', 'parent', 'from', 'to'], registry: ['id', 'parent'], rewards: ['id'], channels: ['payee', 'heavy'] };
const NODE_IDS_OF_MARKET = new Set(['NodePaid']);

/** Whether an event names somebody or something in its arguments. */
export function concerns({ contract, name, args, block }: ChainEvent, of: Subject): boolean {
  if ('block' in of) return block === of.block;
  if ('account' in of) return Object.values(args).some((value) => typeof value === 'string' && value.length === 42 && isAddressEqual(value as Address, of.account));
  if ('agreement' in of) return (contract === 'market' || contract === 'commons' || contract === 'endowment') && args['id'] === of.agreement && !NODE_IDS_OF_MARKET.has(name);
  if (contract === 'market' && NODE_IDS_OF_MARKET.has(name)) return args['id'] === of.node;
  const named = NODE_ARGS[contract]?.some((arg) => args[arg] === of.node) ?? false;
  const offers = args['offers'];
  return named || (Array.isArray(offers) && offers.some((offer: { provider?: number }) => offer.provider === of.node));
}
