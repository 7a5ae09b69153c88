/** Reads what the mappings need of a range of blocks, and checks that it is one history. */
import type { Address, Hex } from 'viem';
import type { Chain } from '../../chain/types.ts';
import type { BlockFacts, IndexedBlock, LogFacts, ReceiptFacts, TransactionFacts } from '../host/types.ts';
import type { BlockMark } from '../store/state.ts';

/** Blocks asked for at once. */
const AT_ONCE = 8;

type Json = Readonly<Record<string, unknown>>;

export interface Wanted {
  readonly addresses: readonly Address[];
  readonly topics: readonly Hex[];
  /** Topics whose handlers read receipts. */
  readonly withReceipts: ReadonlySet<Hex>;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Fetched {
  readonly range: Range;
  /** What the first block of the range says of the one before it, where that was asked for. */
  readonly parentHash?: Hex;
  /** Only those with events that somebody waits for. */
  readonly blocks: readonly IndexedBlock[];
  /** The last block of the range. */
  readonly last: BlockMark;
}

/** The history changed while it was read: read again. */
export class HistoryMovedError extends Error {}

/** @throws HistoryMovedError; RpcUnavailableError and its like where the range is too large for the RPC */
export async function fetchBlocks(chain: Chain, range: Range, wanted: Wanted): Promise<Fetched> {
  const last = await readMark(chain, range.to);
  const blocks = await readAll(chain, await readLogs(chain, { fromBlock: hexOf(range.from), toBlock: hexOf(range.to) }, wanted), wanted);
  checkLinks(blocks, range, last);
  // Nothing of it was replaced in between: the last block's hash stands for all before it.
  if ((await readMark(chain, range.to)).hash !== last.hash) throw new HistoryMovedError('the chain was reorganised while it was read');
  return { range, blocks, last };
}

/**
 * The same for few blocks, each by its hash: behind one address there may be several nodes, and one that lags knows no events of the newest blocks, says so of no range,
 * and refuses a hash that it does not know.
 * @throws as fetchBlocks
 */
export async function fetchNewest(chain: Chain, range: Range, wanted: Wanted): Promise<Fetched> {
  const marks = await inGroups(Array.from({ length: range.to - range.from + 1 }, (_, i) => range.from + i), (number) => readMark(chain, number));
  for (const [i, { number, parentHash }] of marks.entries()) if (i > 0 && marks[i - 1]?.hash !== parentHash) throw new HistoryMovedError(`block ${number} does not follow the one before it`);
  const logs = await inGroups(marks, ({ hash }) => readLogs(chain, { blockHash: hash as Hex }, wanted));
  const blocks = await readAll(chain, logs.flat(), wanted);
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('no blocks were asked for');
  checkLinks(blocks, range, last);
  return { range, parentHash: first.parentHash as Hex, blocks, last };
}

async function readAll(chain: Chain, logs: readonly FoundLog[], wanted: Wanted): Promise<IndexedBlock[]> {
  const byBlock = Map.groupBy(logs, ({ blockHash }) => blockHash);
  const blocks = await inGroups([...byBlock.keys()], (hash) => readBlock(chain, hash, byBlock.get(hash) ?? [], wanted));
  return blocks.toSorted((a, b) => a.block.number - b.block.number);
}

async function inGroups<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(act))));
  return done;
}

function checkLinks(blocks: readonly IndexedBlock[], { from, to }: Range, last: BlockMark): void {
  for (const [i, { block }] of blocks.entries()) {
    const before = blocks[i - 1]?.block;
    const isLinked = before === undefined || (before.number === block.number - 1 ? block.parentHash === before.hash : before.number < block.number);
    const isLast = block.number !== to || block.hash === last.hash;
    if (!isLinked || !isLast || block.number < from || block.number > to) throw new HistoryMovedError(`block ${block.number} is not of the history that was asked for`);
  }
}

/** @throws HistoryMovedError when the chain does not have it (any more) */
export async function readMark(chain: Chain, number: number): Promise<BlockMark> {
  const block = await request<Json | null>(chain, 'a block', 'eth_getBlockByNumber', [hexOf(number), false]);
  if (block === null) throw new HistoryMovedError(`the chain has no block ${number}`);
  const { hash, parentHash, timestamp } = block;
  if (!isHash(hash) || !isHash(parentHash)) throw new HistoryMovedError(`the answer for block ${number} is no block`);
  return { number, hash, parentHash, time: Number(timestamp) };
}

function isHash(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value);
}

type FoundLog = LogFacts & { readonly blockHash: Hex };

async function readLogs(chain: Chain, of: { readonly fromBlock: Hex; readonly toBlock: Hex } | { readonly blockHash: Hex }, { addresses, topics }: Wanted): Promise<FoundLog[]> {
  const found = await request<readonly Json[]>(chain, 'the logs', 'eth_getLogs', [{ address: addresses, topics: [topics], ...of }]);
  return found.map((log) => {
    if (log['removed'] === true) throw new HistoryMovedError('a log was taken back');
    return { ...logOf(log), blockHash: log['blockHash'] as Hex };
  });
}

function logOf(log: Json): LogFacts {
  return { address: (log['address'] as string).toLowerCase() as Address, topics: log['topics'] as Hex[], data: log['data'] as Hex, transactionIndex: Number(log['transactionIndex']), logIndex: Number(log['logIndex']) };
}

async function readBlock(chain: Chain, hash: Hex, logs: readonly LogFacts[], wanted: Wanted): Promise<IndexedBlock> {
  const block = await request<Json | null>(chain, 'a block', 'eth_getBlockByHash', [hash, true]);
  if (block === null) throw new HistoryMovedError(`the chain no longer has block ${hash}`);
  const needed = new Set(logs.map(({ transactionIndex }) => transactionIndex));
  const withReceipt = new Set(logs.filter(({ topics }) => wanted.withReceipts.has(topics[0] as Hex)).map(({ transactionIndex }) => transactionIndex));
  const transactions = new Map<number, TransactionFacts>();
  for (const one of block['transactions'] as readonly Json[]) {
    const index = Number(one['transactionIndex']);
    if (!needed.has(index)) continue;
    const transaction = transactionOf(one);
    transactions.set(index, withReceipt.has(index) ? { ...transaction, receipt: await readReceipt(chain, transaction.hash) } : transaction);
  }
  if (transactions.size !== needed.size) throw new HistoryMovedError(`block ${hash} lacks a transaction of its logs`);
  return { block: blockOf(block), transactions, logs: logs.toSorted((a, b) => a.logIndex - b.logIndex) };
}

async function readReceipt(chain: Chain, hash: Hex): Promise<ReceiptFacts> {
  const receipt = await request<Json | null>(chain, 'a receipt', 'eth_getTransactionReceipt', [hash]);
  if (receipt === null) throw new HistoryMovedError(`the chain no longer has transaction ${hash}`);
  return {
    cumulativeGasUsed: numberOf(receipt['cumulativeGasUsed']), gasUsed: numberOf(receipt['gasUsed']), contractAddress: (receipt['contractAddress'] ?? null) as Address | null,
    logs: (receipt['logs'] as readonly Json[]).map(logOf), status: numberOf(receipt['status']), logsBloom: receipt['logsBloom'] as Hex,
  };
}

function blockOf(block: Json): BlockFacts {
  const [hash, parentHash, unclesHash, stateRoot, transactionsRoot, receiptsRoot] = ['hash', 'parentHash', 'sha3Uncles', 'stateRoot', 'transactionsRoot', 'receiptsRoot'].map((key) => block[key] as Hex) as [Hex, Hex, Hex, Hex, Hex, Hex];
  return {
    number: Number(block['number']), hash, parentHash, unclesHash, author: block['miner'] as Address, stateRoot, transactionsRoot, receiptsRoot, gasUsed: numberOf(block['gasUsed']), gasLimit: numberOf(block['gasLimit']),
    timestamp: numberOf(block['timestamp']), difficulty: numberOf(block['difficulty']), totalDifficulty: numberOf(block['totalDifficulty']), size: nullable(block['size']), baseFeePerGas: nullable(block['baseFeePerGas']),
  };
}

function transactionOf(one: Json): TransactionFacts {
  return {
    hash: one['hash'] as Hex, index: Number(one['transactionIndex']), from: one['from'] as Address, to: (one['to'] ?? null) as Address | null, value: numberOf(one['value']), gasLimit: numberOf(one['gas']),
    gasPrice: numberOf(one['gasPrice']), input: one['input'] as Hex, nonce: numberOf(one['nonce']),
  };
}

function numberOf(value: unknown): bigint {
  return BigInt((value ?? 0) as string);
}

function nullable(value: unknown): bigint | null {
  return value === undefined || value === null ? null : numberOf(value);
}

function hexOf(number: number): Hex {
  return `0x${number.toString(16)}`;
}

function request<T>(chain: Chain, what: string, method: string, params: readonly unknown[]): Promise<T> {
  return chain.ask(what, (client) => client.request({ method, params } as never)) as Promise<T>;
}
