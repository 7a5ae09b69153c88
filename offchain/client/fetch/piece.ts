/** What it takes to read a run of leaves of one slot. */
import { hex } from '../../codec/bytes.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import type { ReadSource } from '../../reads/pay/source.ts';
import type { BufferPool } from '../../wire/buffer-pool.ts';
import type { Gate } from '../gate.ts';
import type { Lanes } from '../lanes.ts';
import type { AgreementView } from './agreement-view.ts';
import type { DescribedBatch } from './bundle-description.ts';
import type { ProviderHealth } from './health.ts';
import type { SharedReads } from './shared-reads.ts';

export interface PieceContext {
  readonly pool: WorkerPool;
  readonly memory: BufferPool;
  readonly health: ProviderHealth;
  /** Edges before providers, and what is paid to either. */
  readonly source: ReadSource;
  readonly shared: SharedReads;
  readonly gate: Gate;
  readonly lanes: Lanes;
  /** Keys of the transfers that are under way; the others wait for their turn, which is not their provider's fault. */
  readonly begun: Set<string>;
  readonly idleMs: number;
}

export interface Piece {
  readonly view: AgreementView;
  readonly sealKey: Uint8Array;
  readonly bundle: number;
  readonly batch: DescribedBatch;
  /** Bit i: slot i signed that it holds this batch. */
  readonly acknowledged: bigint;
  readonly slot: number;
  readonly first: number;
  readonly count: number;
  /** The run is a whole stripe unit, whose neighbours in the other slots will be wanted too. */
  readonly isWholeUnit?: boolean;
}

/** Of the slot's own bytes. */
export function keyOf({ view, batch, slot, first, count }: Piece): string {
  return `${view.id} ${hex(batch.batchId)} ${slot} ${first} ${count}`;
}

/** Of the bytes, wherever they come from. */
export function pieceKey(piece: Piece): string {
  return `piece ${keyOf(piece)}`;
}
