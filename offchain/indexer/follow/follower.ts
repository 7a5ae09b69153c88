/** Follows the chain: range after range of blocks goes through the mappings into the database, and what a reorganisation took away is taken back. */
import { hashAt } from '../../chain/follow-blocks.ts';
import { HostUnavailableError, IndexTakenError, MappingError, ThreadEndedError } from '../errors.ts';
import type { BatchResult, Failure, IndexedBlock } from '../host/types.ts';
import { readMarks } from '../store/state.ts';
import type { BlockMark } from '../store/state.ts';
import { HistoryMovedError } from './blocks.ts';
import type { Fetched } from './blocks.ts';
import { isOnChain, lastCommon } from './common.ts';
import type { FollowerParts, FollowReport } from './parts.ts';
import { Ranges, wantedOf } from './ranges.ts';
import { inRuns, markBefore, markOf } from './runs.ts';

/** Blocks between two prunings. */
const PRUNE_EVERY = 256;
/** Everything is thrown away only when the chain has none of the marks so many times in a row: one bad answer must not cost the index. */
const LOST_TICKS = 3;
/** So often in a row the thread of the mappings may end before that counts as a failure, which is tried again after a while. */
const THREAD_ENDS_MAX = 3;
const THREAD_PAUSE_MS = 60_000;

export class Follower {
  readonly #parts: FollowerParts;
  readonly #ranges: Ranges;
  readonly #start: number;
  #head: BlockMark | undefined;
  #chainHead: number | undefined;
  #failure: Failure | undefined;
  #events = 0;
  #prunedAt = 0;
  /** After any failure, what the mappings have in memory may be of no history. */
  #isDirty = true;
  #lostTicks = 0;
  #threadEnds = 0;
  /** When a failure that may pass by itself is tried again. */
  #retryAtMs: number | undefined;

  private constructor(parts: FollowerParts, head: BlockMark | undefined) {
    this.#parts = parts;
    this.#head = head;
    const { chain, settings, sources } = parts;
    this.#start = Math.min(...sources.map(({ startBlock }) => startBlock));
    this.#ranges = new Ranges({ chain, wanted: wantedOf(sources), longestBlocks: settings.rangeBlocks });
  }

  static async open(parts: FollowerParts): Promise<Follower> {
    return new Follower(parts, (await parts.index.state()).head);
  }

  report(): FollowReport {
    return { head: this.#head, chainHead: this.#chainHead, failure: this.#failure, events: this.#events };
  }

  /** Up to the newest block, unless a mapping fails. @throws what chain and database throw; the next call goes on */
  async tick(): Promise<void> {
    const { chain, signal } = this.#parts;
    try {
      if (this.#isDirty) await this.#readState();
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

  /** As the database has it: another process may have written meanwhile. */
  async #readState(): Promise<void> {
    const { index, thread } = this.#parts;
    const { head, deployment } = await index.state();
    if (deployment !== index.deployment) throw new IndexTakenError('The database of the index now belongs to another deployment: another node, or another version of it, uses it too.', { retryable: false });
    this.#head = head;
    thread.forget(await index.emptyTypes());
    this.#isDirty = false;
  }

  /** Reads the next range while the one before goes through the mappings. */
  async #catchUp(latest: number, signal: AbortSignal): Promise<void> {
    let next: Promise<Fetched> | undefined = this.#ranges.after(this.#head?.number ?? this.#start - 1, latest);
    while (next !== undefined && !signal.aborted) {
      const fetched: Fetched = await next;
      next = this.#ranges.after(fetched.range.to, latest);
      next?.catch(() => undefined);
      await this.#take(fetched);
      if (this.#failure !== undefined) break;
    }
    await this.#prune();
  }

  async #take({ range, blocks, last, parentHash: told }: Fetched): Promise<void> {
    const head = this.#head;
    const [first] = blocks;
    const parentHash = told ?? (first?.block.number === range.from ? first.block.parentHash : undefined);
    if (head !== undefined && parentHash !== undefined && range.from === head.number + 1 && parentHash !== head.hash) throw new HistoryMovedError('the next block does not follow the last one');
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
      this.#threadEnds = 0;
    } catch (error) {
      await writing.catch(() => undefined);
      await this.#note(error, range.from);
    }
  }

  /** What ended a portion without a failure of its own: which block it was is not known, and nothing of the run was written. */
  async #note(error: unknown, from: number): Promise<void> {
    const { chain, index, settings, nowMs = () => performance.now() } = this.#parts;
    if (error instanceof ThreadEndedError && (this.#threadEnds += 1) >= THREAD_ENDS_MAX) this.#retryAtMs = nowMs() + THREAD_PAUSE_MS;
    else if (!(error instanceof MappingError)) throw error;
    const failure = { block: from, blockHash: (await hashAt(chain, BigInt(from))) ?? '0x', message: (error as MappingError | ThreadEndedError).shortMessage } as const;
    await index.apply([], undefined, { failure: failure.message, marksKept: settings.reorgMarks });
    this.#fail(failure);
  }

  async #write(changes: BatchResult['changes'], mark: BlockMark | undefined, failure: Failure | undefined): Promise<void> {
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
    if (failure !== undefined && ((await hashAt(chain, BigInt(failure.block))) !== failure.blockHash || this.#isRetried())) this.#recover();
    const head = this.#head;
    if (head === undefined || (await isOnChain(chain, head))) return void (this.#lostTicks = 0);
    this.#recover();
    const common = await lastCommon(chain, await readMarks(index.store, settings.reorgMarks));
    if (common !== undefined) {
      log.warn('indexer.reorganised', { from: head.number, to: common.number });
      await index.revert(common.number);
      this.#head = common;
      this.#lostTicks = 0;
      thread.forget(await index.emptyTypes());
      return;
    }
    this.#lostTicks += 1;
    if (this.#lostTicks < LOST_TICKS) throw new HostUnavailableError('The chain has none of the blocks that the index remembers: it is asked again before everything is indexed anew.');
    this.#lostTicks = 0;
    log.warn('indexer.anew', { from: head.number, reason: 'the chain was reorganised behind every block that is remembered' });
    await index.clear();
    this.#head = undefined;
    thread.forget([...index.model.entities.keys()]);
  }

  #isRetried(): boolean {
    const { nowMs = () => performance.now() } = this.#parts;
    return this.#retryAtMs !== undefined && nowMs() >= this.#retryAtMs;
  }

  #recover(): void {
    this.#failure = undefined;
    this.#retryAtMs = undefined;
    this.#threadEnds = 0;
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
