import type { Hex } from 'viem';
import { hexToBytes } from 'viem';
import { isEqual } from '../proof/bytes.ts';
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import type { Logger } from '../store/log.ts';
import type { Store } from '../store/open.ts';
import type { Shelves, StoredFragment } from './fragments.ts';
import { blocks } from './blocks.ts';
import { WHOLE_WINDOW_BYTES } from './hash-file.ts';
import { judgeFragment } from './judge-fragment.ts';
import type { Verdict } from './judge-fragment.ts';
import { storedTree } from './read-fragment.ts';
import { loadScrubProgress, NO_COUNTS, saveScrubProgress } from './scrub-progress.ts';
import type { ScrubProgress } from './scrub-progress.ts';
import type { ReadableFile } from './shelf/fragment-shelf.ts';

const PIECE_BYTES = 256 * 1024;
/** While fragments come, go or are proven, the scrub takes this share of its rate. */
const BUSY_DIVISOR = 8;
/** Progress is written down at most this often; what a crash loses of it is read again. */
const SAVE_EVERY_MS = 5_000;

export interface ScrubOptions extends Shelves {
  /** Whether others use the disk, or did a moment ago. */
  readonly traffic: { readonly isBusy: boolean };
  readonly bytesPerTick: number;
  /** From the end of a pass to the begin of the next. */
  readonly pauseMs: number;
  readonly log: Logger;
  readonly now?: () => number;
}

interface Reading {
  readonly fragment: StoredFragment;
  readonly file: ReadableFile;
  readonly hasher: FragmentHasher;
  atBytes: number;
}

/**
 * Reads every fragment again and again, slowly, and compares it with its root: damage is known before the chain asks. A damaged fragment is
 * marked bad; one that was marked bad and is whole (a disk that came back) is taken into service again; a lost upper tree is made anew.
 */
export class Scrubber {
  readonly #options: ScrubOptions;
  readonly #now: () => number;
  #progress: ScrubProgress | undefined;
  #reading: Reading | undefined;
  #savedMs = 0;

  constructor(options: ScrubOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Reads at most `bytesPerTick` bytes, rounded up to a piece. Returns how many. */
  async tick(): Promise<number> {
    const { bytesPerTick, traffic } = this.#options;
    const budget = traffic.isBusy ? bytesPerTick / BUSY_DIVISOR : bytesPerTick;
    let done = 0;
    while (done < budget) {
      const reading = this.#reading ?? (await this.#next());
      if (reading === undefined) break;
      const read = await this.#readPiece(reading, budget - done);
      done += read;
      if (read === 0 || reading.atBytes === reading.fragment.sizeBytes) await this.#conclude(reading);
    }
    return done;
  }

  async close(): Promise<void> {
    await this.#reading?.file.close();
    this.#reading = undefined;
  }

  /** Opens the next fragment; settles those that cannot be opened. Undefined when the pass is over. */
  async #next(): Promise<Reading | undefined> {
    const progress = await this.#currentPass();
    if (progress === undefined) return undefined;
    const fragment = await fragmentAfter(this.#options.store, progress.after);
    if (fragment === undefined) {
      await this.#endPass(progress);
      return undefined;
    }
    const { files } = this.#options;
    const file = await files.read(fragment, { start: 0, end: WHOLE_WINDOW_BYTES }).catch(() => undefined);
    if (file === undefined) {
      await this.#note(fragment, await judgeFragment(this.#options, fragment), 0);
      return this.#next();
    }
    this.#reading = { fragment, file, hasher: new FragmentHasher(), atBytes: 0 };
    return this.#reading;
  }

  /** 0 when the file ends early or cannot be read. */
  async #readPiece(reading: Reading, budget: number): Promise<number> {
    const { fragment, file, hasher, atBytes } = reading;
    // The pool's memory lets the disk transfer without a copy in the kernel's cache, which warmer pages would have to leave for it.
    const block = blocks.take();
    try {
      const piece = block.subarray(0, Math.min(PIECE_BYTES, Math.max(budget, PIECE_BYTES / BUSY_DIVISOR), fragment.sizeBytes - atBytes));
      const read = await file.read(piece, atBytes).catch(() => 0);
      if (read < piece.length) return 0;
      hasher.update(piece);
      reading.atBytes += read;
      return read;
    } finally {
      blocks.give(block);
    }
  }

  async #conclude(reading: Reading): Promise<void> {
    const { fragment, file, hasher, atBytes } = reading;
    const { files } = this.#options;
    this.#reading = undefined;
    const sizeBytes = await file.sizeBytes().finally(() => file.close());
    const tree = atBytes === sizeBytes && sizeBytes === fragment.sizeBytes ? hasher.finish() : undefined;
    const isWhole = tree !== undefined && isEqual(tree.root, hexToBytes(fragment.root));
    // Anything unexpected is read a second time, while nothing can replace it.
    const verdict: Verdict = isWhole && !fragment.bad ? { kind: 'whole' } : await judgeFragment(this.#options, fragment);
    if (isWhole && verdict.kind === 'whole' && (await storedTree(files, fragment)) === undefined) {
      await files.shelf.writeTree(fragment, tree.upperTree);
      this.#options.log.info('scrub.tree-mended', keyFields(fragment));
    }
    await this.#note(fragment, verdict, atBytes);
  }

  async #note(fragment: StoredFragment, verdict: Verdict, bytes: number): Promise<void> {
    const { log } = this.#options;
    const before = this.#progress as ScrubProgress;
    const isDamaged = verdict.kind === 'damaged' || verdict.kind === 'still-damaged';
    this.#progress = {
      ...before,
      after: [fragment.agreement, fragment.batchId, fragment.slot],
      bytes: before.bytes + bytes,
      fragments: before.fragments + 1,
      damaged: before.damaged + (isDamaged ? 1 : 0),
      healed: before.healed + (verdict.kind === 'healed' ? 1 : 0),
    };
    if (verdict.kind === 'damaged') log.error('scrub.damaged', { ...keyFields(fragment), why: verdict.why, leaf: verdict.leaf });
    if (verdict.kind === 'healed') log.info('scrub.healed', keyFields(fragment));
    if (this.#now() - this.#savedMs >= SAVE_EVERY_MS) await this.#save();
  }

  /** The pass under way, or a new one when it is time. */
  async #currentPass(): Promise<ScrubProgress | undefined> {
    const { store, pauseMs } = this.#options;
    this.#progress ??= await loadScrubProgress(store);
    const before = this.#progress;
    if (before !== undefined && before.endedMs === null) return before;
    if (before?.endedMs != null && this.#now() - before.endedMs < pauseMs) return undefined;
    const last = before?.endedMs == null ? null : { ...countsOf(before), startedMs: before.startedMs, endedMs: before.endedMs };
    this.#progress = { pass: (before?.pass ?? 0) + 1, startedMs: this.#now(), endedMs: null, after: null, ...NO_COUNTS, last };
    return this.#progress;
  }

  async #endPass(progress: ScrubProgress): Promise<void> {
    this.#progress = { ...progress, endedMs: this.#now() };
    await this.#save();
    if (progress.fragments > 0) this.#options.log.info('scrub.passed', { pass: progress.pass, ...countsOf(progress) });
  }

  async #save(): Promise<void> {
    if (this.#progress === undefined) return;
    await saveScrubProgress(this.#options.store, this.#progress);
    this.#savedMs = this.#now();
  }
}

function countsOf({ bytes, fragments, damaged, healed }: ScrubProgress): typeof NO_COUNTS {
  return { bytes, fragments, damaged, healed };
}

function keyFields({ agreement, batchId, slot }: StoredFragment): Record<string, unknown> {
  return { agreement, batchId, slot };
}

interface Row {
  readonly agreement: bigint | number;
  readonly batchId: string;
  readonly slot: bigint | number;
  readonly root: string;
  readonly sizeBytes: bigint | number;
  readonly bad: boolean | bigint | number;
}

/** The next one in the order of the primary key. */
async function fragmentAfter(store: Store, after: ScrubProgress['after']): Promise<StoredFragment | undefined> {
  const [agreement, batchId, slot] = after ?? [-1, '', -1];
  const [row] = await store.$queryRaw<Row[]>`
    SELECT "agreement", "batchId", "slot", "root", "sizeBytes", "bad" FROM "Fragment"
    WHERE ("agreement", "batchId", "slot") > (${agreement}, ${batchId}, ${slot}) ORDER BY "agreement", "batchId", "slot" LIMIT 1`;
  if (row === undefined) return undefined;
  const key = { agreement: Number(row.agreement), batchId: row.batchId as Hex, slot: Number(row.slot) };
  return { ...key, root: row.root as Hex, sizeBytes: Number(row.sizeBytes), bad: Boolean(Number(row.bad)) };
}
