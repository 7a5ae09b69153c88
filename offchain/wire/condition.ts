/** What a node says about its own state: one condition, and every cause of it. offchain/health/README.md has the table. */
import { z } from 'zod';
import { seconds } from './fields.ts';

/** From the best to the worst: of several causes the worst names the condition. */
export const CONDITIONS = ['ready', 'degraded', 'repair-only', 'leaving', 'read-only', 'failing', 'starting'] as const;
export const Condition = z.enum(CONDITIONS);
export type Condition = z.infer<typeof Condition>;

/** Every cause that a node can name, and the condition that it makes. */
export const CAUSES = {
  STARTING: 'starting',
  RPC_AWAY: 'failing',
  RPC_DEGRADED: 'degraded',
  HEAD_OLD: 'failing',
  CLOCK_WRONG: 'degraded',
  GAS_LOW: 'degraded',
  GAS_EMPTY: 'failing',
  DATABASE_AWAY: 'failing',
  DATABASE_LOCKED: 'failing',
  DATABASE_READ_ONLY: 'failing',
  DISK_FULL: 'read-only',
  DISK_FAILING: 'read-only',
  BUCKET_FAILING: 'read-only',
  BUCKET_AWAY: 'failing',
  FRAGMENTS_DAMAGED: 'failing',
  PROOF_LATE: 'failing',
  LOOP_STUCK: 'degraded',
  LOOP_FAILING: 'degraded',
  PARENT_AWAY: 'degraded',
  INDEXER_FAILED: 'degraded',
  INDEXER_BEHIND: 'degraded',
  LEAVING: 'leaving',
  REPAIR_ONLY: 'repair-only',
  UNEXPECTED_ERROR: 'degraded',
} as const satisfies Record<string, Condition>;
export type CauseCode = keyof typeof CAUSES;

/** `since`: Unix seconds of this node's own clock. */
export const Cause = z.object({ code: z.enum(Object.keys(CAUSES) as [CauseCode, ...CauseCode[]]), sentence: z.string(), since: seconds });
export type Cause = z.infer<typeof Cause>;

/** GET /healthz and /readyz of every node. `ok` of /healthz: it works at all; of /readyz: it can do all that its role asks. */
export const Health = z.object({ ok: z.boolean(), condition: Condition, causes: z.array(Cause).default([]) });
export type Health = z.infer<typeof Health>;

export function conditionOf(causes: readonly { readonly code: CauseCode }[]): Condition {
  return CONDITIONS[Math.max(0, ...causes.map(({ code }) => CONDITIONS.indexOf(CAUSES[code])))] ?? 'ready';
}

/**
 * In repair-only mode, and while it leaves, a node still does its whole role: it serves, proves and repairs. Were it not ready then, whatever
 * routes by readiness would cut off the very reads that repairs need.
 */
export function isReady(condition: Condition): boolean {
  return condition === 'ready' || condition === 'degraded' || condition === 'repair-only' || condition === 'leaving';
}
