import { DEFAULT_READ_POLICY } from '../reads/pay/policy.ts';
import type { ReadPolicy } from '../reads/pay/policy.ts';

/** Every bound on what a client does at once, and on how long it waits. */
export interface Policy {
  /** Batches whose fragments are on their way while the next one is encoded: as many as fit into this many bytes of fragments, at least one. */
  readonly sendWindowBytes: number;
  readonly sendWindowBatches: number;
  /** Fragments of an upload that may be in memory, at least one batch of them. Where two do not fit, the next is encoded only when one was sent. */
  readonly fragmentMemoryBytes: number;
  /** Tries of one request to one provider, and the pause before the second one; it doubles. */
  readonly attempts: number;
  readonly retryPauseMs: number;
  /** Silence after which a transfer counts as broken. */
  readonly idleMs: number;
  /** A fragment's transfer is broken off after this many times what the median provider needs, and not before the least time. */
  readonly deadlineFactor: number;
  readonly deadlineLeastMs: number;
  /** Transfers to one provider at once: to begin with, and as long as more of them move more. */
  readonly transfersAtFirst: number;
  readonly transfersAtMost: number;
  /** Once a quorum is done, the others get this many times as long as the quorum took, and at least `graceMs`. */
  readonly graceFactor: number;
  readonly graceMs: number;
  /** A read is late after `lateFactor` times what the measured rates promise, within these bounds; without a measure after `lateUnmeasuredMs`. */
  readonly lateFactor: number;
  readonly lateMinMs: number;
  readonly lateMaxMs: number;
  readonly lateUnmeasuredMs: number;
  /** A provider that failed is left alone this long, twice as long after each further failure, up to the maximum. */
  readonly avoidMs: number;
  readonly avoidMaxMs: number;
  /** Range reads under way at once. */
  readonly readsAtOnce: number;
  /** Bytes of records that a restore begins to fetch before it needs them. */
  readonly readAheadBytes: number;
  /** Verified bytes kept in memory for reads that follow; where stripes are wide, as much as is begun ahead and a stripe, up to 64 MiB. */
  readonly cacheBytes: number;
  /** How long the chain's view of an agreement's providers is trusted. */
  readonly viewMs: number;
  /** What is paid for reads, and which edge nodes are asked. */
  readonly reads: ReadPolicy;
}

const MIB = 1 << 20;

export const DEFAULT_POLICY: Policy = {
  sendWindowBytes: 64 * MIB,
  sendWindowBatches: 8,
  fragmentMemoryBytes: 640 * MIB,
  attempts: 3,
  retryPauseMs: 250,
  idleMs: 20_000,
  deadlineFactor: 20,
  deadlineLeastMs: 60_000,
  transfersAtFirst: 2,
  transfersAtMost: 8,
  graceFactor: 3,
  graceMs: 5_000,
  lateFactor: 4,
  lateMinMs: 750,
  lateMaxMs: 10_000,
  lateUnmeasuredMs: 2_000,
  avoidMs: 30_000,
  avoidMaxMs: 600_000,
  readsAtOnce: 32,
  readAheadBytes: 24 * MIB,
  cacheBytes: 32 * MIB,
  viewMs: 30_000,
  reads: DEFAULT_READ_POLICY,
};
