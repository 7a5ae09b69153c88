/** Bytes of a batch's payload, wherever its pieces lie. */
import { footerOffset, FOOTER_BYTES } from '../../codec/footer.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { recordSpans } from '../../codec/pack.ts';
import { join } from '../../codec/bytes.ts';
import { applyFragmentKey, fragmentKeyOf } from '../../codec/seal.ts';
import { slotRanges, stripeRange } from '../../codec/stripe.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import type { Platform, RecordLocation } from '../../codec/types.ts';
import type { RecordSource } from '../../codec/decode.ts';
import type { Chain } from '../../chain/client.ts';
import { NODE_SIZE } from '../../proof/hash.ts';
import { BufferPool } from '../../wire/buffer-pool.ts';
import { UnrecoverableError } from '../errors.ts';
import { Gate } from '../gate.ts';
import { Lanes } from '../lanes.ts';
import type { Policy } from '../policy.ts';
import type { ReadSource } from '../../reads/pay/source.ts';
import type { AgreementView, AgreementViews } from './agreement-view.ts';
import { type DescribedBatch, type DescribedBundle, describeBundle } from './bundle-description.ts';
import type { ProviderHealth } from './health.ts';
import type { PieceContext } from './piece.ts';
import { readPiece } from './piece-reader.ts';
import { rebuild } from './rebuild.ts';
import { PIECE_BYTES_MAX, leavesOf, splitLong } from './leaf-runs.ts';
import { type Lent, allLent } from './lent.ts';
import { SharedReads } from './shared-reads.ts';

export interface PayloadRange {
  readonly agreement: number;
  readonly bundle: number;
  /** Ordinal inside the bundle. */
  readonly batch: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Fetch whole stripe units and keep them: right when most of the bundle will be read, wrong for single ranges.
   * A lost slot then costs no more traffic than a healthy one, because its neighbours' units are needed anyway.
   */
  readonly wholeUnits?: boolean;
}

/** One batch of one bundle. */
export interface BatchPlace {
  readonly agreement: number;
  readonly bundle: number;
  /** Ordinal inside the bundle. */
  readonly batch: number;
  readonly batchId: Uint8Array;
}

interface ReaderOptions {
  readonly chain: Chain;
  readonly platform: Platform;
  readonly pool: WorkerPool;
  readonly views: AgreementViews;
  readonly health: ProviderHealth;
  readonly policy: Policy;
  /** What unseals a batch (32 bytes). */
  readonly batchKey: (place: BatchPlace) => Promise<Uint8Array>;
  readonly source: Pick<ReadSource, 'read'>;
}

const DESCRIPTIONS_KEPT = 64;
/** However wide the stripes of an agreement are: what somebody else rented must not decide over this machine's memory. */
const KEPT_BYTES_MAX = 64 << 20;
/** A piece and the longest proof that it may have: two nodes for each of 20 levels. */
const PIECE_BUFFER_BYTES = PIECE_BYTES_MAX + 40 * NODE_SIZE;
/** Free buffers that wait for the next piece. */
const PIECE_BUFFERS_KEPT = 96;

export class PayloadReader {
  readonly #options: ReaderOptions;
  readonly #shared: SharedReads;
  readonly #gate: Gate;
  readonly #lanes: Lanes;
  readonly #memory: BufferPool;
  readonly #begun = new Map<string, 'moving' | 'arrived'>();
  readonly #bundles = new Map<string, Promise<DescribedBundle>>();

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#shared = new SharedReads(options.policy.cacheBytes);
    this.#gate = new Gate(options.policy.readsAtOnce);
    this.#memory = new BufferPool({ bufferBytes: PIECE_BUFFER_BYTES, kept: PIECE_BUFFERS_KEPT, isShared: options.pool.sharesMemory });
    this.#lanes = new Lanes({ startAtOnce: options.policy.transfersAtFirst, maxAtOnce: options.policy.transfersAtMost });
  }

  /**
   * A copy of the bytes.
   * @throws UnrecoverableError when more than m providers fail or lie, NoDescriptionError, RpcUnavailableError
   */
  async read(range: PayloadRange, options: ReadOptions = {}): Promise<Uint8Array> {
    const parts = await this.lend(range, options);
    const bytes = join(parts.map((part) => part.bytes));
    for (const part of parts) part.release();
    return bytes;
  }

  /** The bytes where they lie, in order; the caller releases every part. Throws as `read` does. */
  async lend(range: PayloadRange, options: ReadOptions = {}): Promise<Lent[]> {
    try {
      return await this.#lendOnce(range, options);
    } catch (error) {
      if (!(error instanceof UnrecoverableError)) throw error;
      // Providers may have been replaced since the chain was asked, or one lied about the batch ids.
      await this.#options.views.refresh(range.agreement);
      this.#bundles.delete(`${range.agreement}/${range.bundle}`);
      return this.#lendOnce(range, options);
    }
  }

  /** The last 256 bytes of a bundle's payload. */
  async readFooter(agreement: number, bundle: number, signal?: AbortSignal): Promise<Uint8Array> {
    const view = await this.#options.views.get(agreement);
    const { batches } = await this.describe(view, bundle);
    return this.read({ agreement, bundle, batch: batches.length - 1, offset: footerOffset(view.geometry), sizeBytes: FOOTER_BYTES }, { signal });
  }

  /** One slot's whole sealed fragment, rebuilt from any k others. @throws UnrecoverableError */
  async rebuildFragment(view: AgreementView, place: { readonly bundle: number; readonly batch: number; readonly slot: number }, signal?: AbortSignal): Promise<Uint8Array> {
    const { geometry } = view;
    const described = await this.describe(view, place.bundle);
    const batch = batchAt(described, place.batch);
    const batchKey = await this.#options.batchKey({ agreement: view.id, bundle: place.bundle, batch: place.batch, batchId: batch.batchId });
    const fragment = new Uint8Array(geometry.fragmentSize);
    for (let stripe = 0; stripe < geometry.stripes; stripe++) {
      const { start, end } = stripeRange(geometry, stripe);
      const run = { first: start / LEAF_SIZE, count: (end - start) / LEAF_SIZE };
      const piece = { view, batchKey, bundle: described.bundle, batch, acknowledged: described.acknowledged, slot: place.slot, ...run };
      const rebuilt = await rebuild(this.#context(), piece, signal);
      fragment.set(rebuilt.bytes, start);
      rebuilt.release();
    }
    const { platform } = this.#options;
    return applyFragmentKey(platform, { key: await fragmentKeyOf(platform, { batchKey, slot: place.slot }), offset: 0, data: fragment });
  }

  /** What the codec's decoder reads from. */
  source(options: ReadOptions = {}): RecordSource {
    return { read: async (location) => join(await Promise.all((await this.#spansOf(location)).map((span) => this.read(span, options)))) };
  }

  /** A stored record where its parts lie; the caller releases every one. */
  async lendRecord(location: RecordLocation, options: ReadOptions = {}): Promise<Lent[]> {
    return (await allLent((await this.#spansOf(location)).map((span) => this.lend(span, options)))).flat();
  }

  async #spansOf(location: RecordLocation): Promise<PayloadRange[]> {
    const { agreement, bundle } = location;
    if (bundle === null) throw new RangeError('the location does not say in which bundle it lies');
    const { geometry } = await this.#options.views.get(agreement);
    return recordSpans(geometry, location).map((span) => ({ agreement, bundle, ...span }));
  }

  /** Shared by all who ask, so no single asker's signal ends it. */
  describe(view: AgreementView, bundle: number): Promise<DescribedBundle> {
    const key = `${view.id}/${bundle}`;
    const known = this.#bundles.get(key);
    if (known !== undefined) return known;
    const { chain, health, policy } = this.#options;
    const described = describeBundle({ chain, health, idleMs: policy.idleMs }, { view, bundle });
    this.#bundles.set(key, described);
    described.catch(() => this.#bundles.delete(key));
    const oldest = this.#bundles.keys().next().value;
    if (this.#bundles.size > DESCRIPTIONS_KEPT && oldest !== undefined) this.#bundles.delete(oldest);
    return described;
  }

  #context(): PieceContext {
    const { pool, health, policy, source } = this.#options;
    return { pool, memory: this.#memory, health, source, shared: this.#shared, gate: this.#gate, lanes: this.#lanes, begun: this.#begun, idleMs: policy.idleMs };
  }

  async #lendOnce(range: PayloadRange, options: ReadOptions): Promise<Lent[]> {
    const view = await this.#options.views.get(range.agreement);
    const described = await this.describe(view, range.bundle);
    const batch = batchAt(described, range.batch);
    const batchKey = await this.#options.batchKey({ agreement: view.id, bundle: range.bundle, batch: range.batch, batchId: batch.batchId });
    const parts = slotRanges(view.geometry, range.offset, range.sizeBytes).flatMap(splitLong);
    // A unit that is rebuilt takes all of its stripe, whose other units are wanted by what follows.
    if (options.wholeUnits === true) this.#shared.keepAtLeast(Math.min(KEPT_BYTES_MAX, this.#options.policy.readAheadBytes + view.geometry.k * view.geometry.unit));
    return (await allLent(parts.map(async (part) => {
      const isWholeUnit = options.wholeUnits ?? false;
      const { first, count } = leavesOf(view.geometry, part, isWholeUnit);
      const piece = { view, batchKey, bundle: described.bundle, batch, acknowledged: described.acknowledged, slot: part.slot, first, count, isWholeUnit };
      const { bytes, release } = await readPiece(this.#context(), piece, options.signal);
      const from = part.fragmentOffset - first * LEAF_SIZE;
      return [{ bytes: bytes.subarray(from, from + part.sizeBytes), release }];
    }))).flat();
  }
}

function batchAt(described: DescribedBundle, ordinal: number): DescribedBatch {
  const batch = described.batches[ordinal];
  if (batch === undefined) throw new RangeError(`bundle ${described.bundle} has no batch ${ordinal}`);
  return batch;
}
