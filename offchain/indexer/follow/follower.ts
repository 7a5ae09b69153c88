/** Follows the chain: range after range of blocks goes through the mappings into the database, and what a reorganisation took away is taken back. */
import type { Address, Hex } from 'viem';
import { hashAt } from '../../chain/follow-blocks.ts';
import type { Chain } from '../../chain/types.ts';
import type { Logger } from '../../store/log.ts';
import { MappingError } from '../errors.ts';
import type { BoundSource } from '../host/session.ts';
import { topicOf } from '../host/mapper.ts';
import type { MappingThread } from '../host/thread.ts';
import type { Failure, IndexedBlock } from '../host/types.ts';
import type { IndexerSettings } from '../settings.ts';
import type { IndexStore } from '../store/index-store.ts';
import { readMarks } from '../store/state.ts';
import type { BlockMark } from '../store/state.ts';
import { fetchBlocks, HistoryMovedError } from './blocks.ts';
import type { Fetched, Wanted } from './blocks.ts';
import { inRuns, markBefore, markOf } from './runs.ts';

/** The first range; each one is twice as long as the last, up to the setting. */
const FIRST_RANGE_BLOCKS = 256;
/** More in one range: the next one is half as long, so that reading goes on beside the mappings. */
const EVENTS_PER_RANGE = 1_000;
/** Blocks between two prunings. */
const PRUNE_EVERY = 256;

export interface FollowReport {
  /** The last block in the index, and the newest that the chain told. */
  readonly head: BlockMark | undefined;
  readonly chainHead: number | undefined;
  readonly failure: Failure | undefined;
  readonly events: number;
}

export interface FollowerParts {
  readonly chain: Chain;
  readonly index: IndexStore;
  readonly thread: MappingThread;
  readonly sources: readonly BoundSource[];
  readonly settings: IndexerSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Tells when rows are being written: what mappings load in the meantime waits for them. */
  readonly onWriting: (writing: Promise<void>) => void;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #wanted: Wanted;
  readonly #start: number;
  #head: BlockMark | undefined;
  #chainHead: number | undefined;
  #failure: Failure | undefined;
  #events = 0;
  #span: number;
  #prunedAt = 0;
  /** After any failure, what the mappings have in memory may be of no history. */
  #isDirty = true;

  private constructor(parts: FollowerParts, head: BlockMark | undefined) {
    this.#parts = parts;
    this.#head = head;
    this.#span = Math.min(FIRST_RANGE_BLOCKS, parts.settings.rangeBlocks);
    const { sources } = parts;
    this.#start = Math.min(...sources.map(({ startBlock }) => startBlock));
    const handlers = sources.flatMap(({ eventHandlers }) => eventHandlers);
    this.#wanted = {
      addresses: [...new Set(sources.map(({ address }): Address => address))],
      topics: [...new Set(handlers.map(({ event }) => topicOf(event)))],
      withReceipts: new Set<Hex>(handlers.filter(({ receipt }) => receipt).map(({ event }) => topicOf(event))),
    };
  }

  static async open(parts: FollowerParts): Promise<Follower> {
    return new Follower(parts, (await parts.index.state()).head);
  }

  report(): FollowReport {
    return { head: this.#head, chainHead: this.#chainHead, failure: this.#failure, events: this.#events };
  }

  /** Up to the newest block, unless a mapping fails. @throws what chain and database throw; the next call goes on */
  async tick(): Promise<void> {
    const { chain, index, thread, signal } = this.#parts;
    try {
      if (this.#isDirty) {
        this.#head = (await index.state()).head;
        thread.forget(await index.emptyTypes());
        this.#isDirty = false;
      }
      const latest = Number(await chain.ask('the latest block', (client) => client.getBlockNumber({ cacheTime: 0 })));
      this.#chainHead = latest;
      if (this.#head !== undefined && latest < this.#head.number) return;
      await this.#followReorganisation();
      if (this.#failure !== undefined) return;
      await this.#catchUp(latest, signal);
    } catch (error) {
      this.#isDirty = true;
      // Read anew at the next tick, which is soon enough.
      if (!(error instanceof HistoryMovedError)) throw error;
    }
  }

  /** Reads the next range while the one before goes through the mappings. */
  async #catchUp(latest: number, signal: AbortSignal): Promise<void> {
    let next: Promise<Fetched> | undefined = this.#fetchAfter(this.#head?.number ?? this.#start - 1, latest);
    while (next !== undefined && !signal.aborted) {
      const fetched: Fetched = await next;
      next = this.#fetchAfter(fetched.range.to, latest);
      next?.catch(() => undefined);
      await this.#take(fetched);
      if (this.#failure !== undefined) break;
    }
    await this.#prune();
  }

  #fetchAfter(block: number, latest: number): Promise<Fetched> | undefined {
    return block >= latest ? undefined : this.#fetch(block + 1, latest);
  }

  /** Ranges that the RPC refuses are halved, down to one block. */
  async #fetch(from: number, latest: number): Promise<Fetched> {
    const { chain, settings } = this.#parts;
    for (;;) {
      const to = Math.min(latest, from + this.#span - 1);
      try {
        const fetched = await fetchBlocks(chain, { from, to }, this.#wanted);
        const events = fetched.blocks.reduce((sum, { logs }) => sum + logs.length, 0);
        this.#span = events > EVENTS_PER_RANGE ? Math.max(1, Math.ceil(this.#span / 2)) : Math.min(settings.rangeBlocks, this.#span * 2);
        return fetched;
      } catch (error) {
        if (error instanceof HistoryMovedError || to === from) throw error;
        this.#span = Math.max(1, Math.floor((to - from + 1) / 2));
      }
    }
  }

  async #take({ range, blocks, last }: Fetched): Promise<void> {
    const head = this.#head;
    const [first] = blocks;
    if (head !== undefined && first?.block.number === head.number + 1 && first.block.parentHash !== head.hash) throw new HistoryMovedError('the next block does not follow the last one');
    const runs = inRuns(blocks);
    let writing: Promise<void> = Promise.resolve();
    try {
      for (const [i, run] of runs.entries()) {
        const result = await this.#parts.thread.run(run);
        await writing;
        const { failure } = result;
        const mark = failure === undefined ? (i === runs.length - 1 ? last : markOf(run.at(-1) as IndexedBlock)) : markBefore(failure, run, range.from, this.#head);
        writing = this.#write(result.changes, mark, failure);
        this.#parts.onWriting(writing.catch(() => undefined));
        this.#events += result.events;
        if (failure !== undefined) break;
      }
      await writing;
    } catch (error) {
      await writing.catch(() => undefined);
      if (!(error instanceof MappingError)) throw error;
      // Found by the database: which block it was is not known, and nothing of the run was written.
      this.#fail({ block: range.from, blockHash: (await hashAt(this.#parts.chain, BigInt(range.from))) ?? '0x', message: error.shortMessage });
    }
  }

  async #write(changes: Awaited<ReturnType<MappingThread['run']>>['changes'], mark: BlockMark | undefined, failure: Failure | undefined): Promise<void> {
    const { index, settings } = this.#parts;
    await index.apply(changes, mark, { failure: failure?.message, marksKept: settings.reorgMarks });
    this.#head = mark ?? this.#head;
    if (failure !== undefined) this.#fail(failure);
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#isDirty = true;
    this.#parts.log.error('indexer.failed', { ...failure });
  }

  /** Takes back what came behind the last block that the old and the new history share. */
  async #followReorganisation(): Promise<void> {
    const { chain, index, log, settings, thread } = this.#parts;
    const failure = this.#failure;
    if (failure !== undefined && (await hashAt(chain, BigInt(failure.block))) !== failure.blockHash) this.#failure = undefined;
    const head = this.#head;
    if (head === undefined || (await hashAt(chain, BigInt(head.number))) === head.hash) return;
    this.#failure = undefined;
    for (const mark of await readMarks(index.store, settings.reorgMarks)) {
      if ((await hashAt(chain, BigInt(mark.number))) !== mark.hash) continue;
      log.warn('indexer.reorganised', { from: head.number, to: mark.number });
      await index.revert(mark.number);
      this.#head = mark;
      thread.forget(await index.emptyTypes());
      return;
    }
    log.warn('indexer.anew', { from: head.number, reason: 'the chain was reorganised behind every block that is remembered' });
    await index.clear();
    this.#head = undefined;
    thread.forget([...index.model.entities.keys()]);
  }

  async #prune(): Promise<void> {
    const { index, settings } = this.#parts;
    const head = this.#head?.number ?? 0;
    if (settings.historyBlocks === 0 || head - this.#prunedAt < PRUNE_EVERY) return;
    // Never what a reorganisation may ask for.
    const oldest = (await readMarks(index.store, settings.reorgMarks)).at(-1)?.number ?? 0;
    const block = Math.min(head - settings.historyBlocks, oldest);
    if (block > 0) await index.prune(block);
    this.#prunedAt = head;
  }
}
