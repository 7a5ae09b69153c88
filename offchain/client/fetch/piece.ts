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
  readonly source: Pick<ReadSource, 'read'>;
  readonly shared: SharedReads;
  readonly gate: Gate;
  readonly lanes: Lanes;
  /** By key: transfers that began. The others wait for their turn, and one that arrived for a thread that checks it: neither is its provider's fault. */
  readonly begun: Map<string, 'moving' | 'arrived'>;
  readonly idleMs: number;
}

export interface Piece {
  readonly view: AgreementView;
  readonly batchKey: Uint8Array;
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

/** Of the slot's own bytes among the shared reads. */
export function slotKey(piece: Piece): string {
  return `slot ${keyOf(piece)}`;
}

/** All bytes of a run are here, and wait for this machine's threads. */
export function hasArrived({ begun }: PieceContext, piece: Piece): boolean {
  return begun.get(keyOf(piece)) === 'arrived';
}

/** Of the bytes, wherever they come from. */
export function pieceKey(piece: Piece): string {
  return `piece ${keyOf(piece)}`;
}
