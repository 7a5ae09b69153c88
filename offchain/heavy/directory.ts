/**
 * The registry in memory. A small one is read whole whenever the chain has a new block; a large one is read once and then followed by events,
 * with a page read again now and then, for what changes without an event: promises that end with their period, runs of misses.
 */
import type { Hex } from 'viem';
import { epochAt } from '../chain/epoch.ts';
import { hashAt } from '../chain/follow-blocks.ts';
import type { Mark } from '../chain/follow-blocks.ts';
import { listNodes } from '../chain/list-nodes.ts';
import type { NodeState } from '../chain/node-state.ts';
import type { Chain } from '../chain/types.ts';
import { loadDirectory, saveDirectory } from './directory-file.ts';
import { readPage, readThese, touchesOf } from './directory-reads.ts';
import type { Touch } from './directory-reads.ts';

export interface Directory {
  /** All nodes, as old as `maxAgeMs`; of a large registry up to a minute old. Falls back to the last answer when the chain does not answer now; throws when there was none. */
  all(): Promise<readonly NodeState[]>;
  /** As `all`, read anew unless a read is under way. */
  fresh(): Promise<readonly NodeState[]>;
  /** These nodes as the chain has them now, or had them within half a minute. */
  refresh(ids: readonly number[]): Promise<readonly NodeState[]>;
  /** Writes what is known to the file, where there is one. */
  save(): Promise<void>;
}

export interface DirectoryOptions {
  readonly maxAgeMs: number;
  readonly now?: () => number;
  /** Where a copy is kept, so that a restart need not read a large registry again. */
  readonly path?: string;
  /** Up to so many nodes the registry is read whole. */
  readonly smallNodes?: number;
}

const SMALL_NODES = 200;
/** Nodes of one page. A page costs the chain's node about a millisecond for each, and what else is asked may wait for it: small ones, and larger ones only where they would not all be read in half an epoch. */
const PAGE_NODES_MIN = 8;
const PAGE_NODES_MAX = 100;
/** As deep as reorganisations go that this node notices by itself. */
const REORG_BLOCKS = 16n;
/** An event is followed so often: of an RPC service's machines one may be a block behind the others. */
const FOLLOWS = 2;
/** Questions under way for what events name: nobody waits for these, and matches wait for the chain's node behind them. */
const FOLLOWED_AT_ONCE = 2;
/** A large registry that could not be read for longer is waited for. */
const STALE_MAX_MS = 60_000;
/** After a read that failed, the last answer is given for this long. */
const FAILED_MS = 5_000;
/** A named node is not read again sooner. */
const REREAD_MS = 30_000;
/** Behind by more than this, reading everything is cheaper than following. */
const BLOCKS_FOLLOWED_MAX = 50_000n;

export function createDirectory(chain: Chain, options: DirectoryOptions): Directory {
  const { maxAgeMs, now = Date.now, path, smallNodes = SMALL_NODES } = options;
  const nodes = new Map<number, NodeState>();
  const readAtMs = new Map<number, number>();
  let list: readonly NodeState[] | undefined;
  let readMs = 0;
  let failedMs = -Infinity;
  let block = -1n;
  let blockHash: Hex | undefined;
  /** The slow round: the next node of it, and the epoch in which it began. */
  let next = 1;
  let roundEpoch = -1;
  /** Events of the blocks that may still be reorganised, and how often they were followed. */
  let touches = new Map<string, Touch & { readonly follows: number }>();
  let reading: Promise<readonly NodeState[]> | undefined;

  const put = (changed: readonly NodeState[]): void => {
    for (const node of changed) {
      nodes.set(node.id, { ...node, endpoint: node.endpoint.replace(/\/$/, '') });
      readAtMs.set(node.id, now());
    }
  };
  /** Whoever is no longer there was taken away by a reorganisation. */
  const reread = async (ids: readonly number[], atOnce?: number): Promise<void> => {
    const found = await readThese(chain, ids, atOnce);
    const there = new Set(found.map(({ id }) => id));
    for (const id of ids) if (!there.has(id)) nodes.delete(id);
    put(found);
  };
  const settle = (head: Mark): readonly NodeState[] => {
    [block, blockHash] = [head.number, head.hash];
    readMs = now();
    const all = [...nodes.values()];
    // Ids only grow, so the map is in order but for a node that was read out of turn.
    const isOrdered = all.every(({ id }, i) => i === 0 || id > (all[i - 1] as NodeState).id);
    return (list = isOrdered ? all : all.sort((a, b) => a.id - b.id));
  };
  const readAll = async (head: Mark): Promise<readonly NodeState[]> => {
    const all = await listNodes(chain);
    nodes.clear();
    put(all);
    // What happened shortly before may still be taken back.
    touches = new Map(all.length <= smallNodes ? [] : (await touchesIn(head.number - REORG_BLOCKS, head.number)).map((touch) => [touch.name, { ...touch, follows: 0 }]));
    return settle(head);
  };
  const touchesIn = (from: bigint, toBlock: bigint): Promise<Touch[]> => {
    const { fromBlock } = chain.deployment;
    return touchesOf(chain, { fromBlock: from > fromBlock ? from : fromBlock, toBlock, isFaulted: (id) => nodes.get(id)?.faulted === true });
  };
  /** One page a read until all were read in this epoch. */
  const readNextPage = async (): Promise<void> => {
    const epoch = epochAt(chain.clock, await chain.nowSeconds());
    if (epoch !== roundEpoch && next > nodes.size) [roundEpoch, next] = [epoch, 1];
    if (next > nodes.size) return;
    const inTime = Math.ceil((2 * nodes.size * maxAgeMs) / (chain.clock.epochSeconds * 1_000));
    const count = Math.min(PAGE_NODES_MAX, Math.max(PAGE_NODES_MIN, inTime));
    put(await readPage(chain, { from: next, count }));
    next += count;
  };
  /** Reads what new events name, and what those named that a reorganisation took away. */
  const follow = async (head: bigint): Promise<void> => {
    const from = block - REORG_BLOCKS;
    const found = await touchesIn(from, head);
    const names = new Set(found.map(({ name }) => name));
    const gone = [...touches].filter(([name, touch]) => touch.block >= from && !names.has(name)).map(([, touch]) => touch);
    const followed = found.map((touch) => ({ ...touch, follows: Math.min(FOLLOWS, touches.get(touch.name)?.follows ?? 0) + 1 }));
    await reread([...followed.filter(({ follows }) => follows <= FOLLOWS), ...gone].flatMap((touch) => touch.nodes), FOLLOWED_AT_ONCE);
    touches = new Map(followed.filter((touch) => touch.block >= head - REORG_BLOCKS).map((touch) => [touch.name, touch]));
  };
  const read = async (): Promise<readonly NodeState[]> => {
    const { number, hash } = await chain.ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' }));
    const head = { number, hash };
    if (list === undefined && path !== undefined) {
      const kept = await loadDirectory(path, chain);
      // A copy of another history is none.
      if (kept !== undefined && kept.block <= number && (await hashAt(chain, kept.block)) === kept.hash) {
        put(kept.nodes);
        block = kept.block;
      }
    }
    if (nodes.size <= smallNodes || number - block > BLOCKS_FOLLOWED_MAX) {
      if (list !== undefined && hash === blockHash) return settle(head);
      return readAll(head);
    }
    if (hash !== blockHash) await follow(number);
    await readNextPage();
    return settle(head);
  };
  const fresh = (): Promise<readonly NodeState[]> => (reading ??= read().finally(() => (reading = undefined)));

  return {
    fresh,
    async all() {
      // Behind a chain that does not answer nobody waits twice.
      if (list !== undefined && (now() - readMs < maxAgeMs || now() - failedMs < FAILED_MS)) return list;
      // A large one is read behind the answer, for who is chosen is read anew anyway.
      if (list !== undefined && nodes.size > smallNodes && now() - readMs < STALE_MAX_MS) {
        void fresh().catch(() => undefined);
        return list;
      }
      try {
        return await fresh();
      } catch (error) {
        if (list === undefined) throw error;
        failedMs = now();
        return list;
      }
    },
    async refresh(ids) {
      const known = await this.all();
      if (known.length <= smallNodes) return known.filter(({ id }) => ids.includes(id));
      // Events tell of every change but those that time brings: what was read a moment ago still stands.
      await reread(ids.filter((id) => now() - (readAtMs.get(id) ?? -Infinity) >= REREAD_MS));
      return ids.flatMap((id) => nodes.get(id) ?? []);
    },
    async save() {
      if (path !== undefined && list !== undefined && nodes.size > smallNodes && blockHash !== undefined) await saveDirectory(path, chain, { block, hash: blockHash, nodes: list });
    },
  };
}
