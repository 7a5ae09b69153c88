/** What a heavy node and its workers say to each other. Results travel as bytes, see `resultBytes`. */
import { z } from 'zod';
import { BATCH_LOG2_MAX, BATCH_LOG2_MIN, SLOTS_MAX } from './limits.ts';
import { address, amount, hash, id, seconds, signature, uint, uint32 } from './fields.ts';

/** Cores that one worker may promise, and hundredths of each. */
export const CORES_MAX = 256;
/** Promises are given and paid by the month: so many periods. */
export const PERIODS_PER_MONTH = 4;

/** The month of a period; before the first epoch it is the first month. */
export function monthOf(period: number): number {
  return Math.floor(Math.max(0, period) / PERIODS_PER_MONTH);
}

/** How long a worker's question for work is held open. */
export const JOB_POLL_MS = 20_000;
/** A job's description: 64 slots with root and key each. */
export const JOB_BODY_BYTES = 64 * 1024;
/** Leaves of one audit. */
export const AUDIT_LEAVES_MAX = 4_096;
/** A fragment of 256 MiB. */
const LEAVES_MAX = 2 ** 20;

const slot = uint(SLOTS_MAX - 1);
const token = z.string().regex(/^[0-9a-f]{64}$/);
const jobId = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.number().min(0);

/** `percent`: of each of `cores` cores, so a whole one is 100. `month`: for which it is given. A higher `sequence` replaces a lower one. */
export const WorkerPromise = z.strictObject({ worker: address, heavy: id, month: uint32, cores: z.number().int().min(1).max(CORES_MAX), percent: z.number().int().min(1).max(100), payout: address, sequence: seconds, expiry: seconds });
export type WorkerPromise = z.output<typeof WorkerPromise>;

/** POST /workers. `signature`: the worker's key over WorkerPromise, in the domain of peers. */
export const PromiseRequest = z.strictObject({ promise: WorkerPromise, signature });
export type PromiseRequest = z.output<typeof PromiseRequest>;

/** `token` opens /jobs. `factor`: what is left of pay and rank after last month. `leases`: jobs that the worker may hold at once. */
export const PromiseReply = z.object({ token, month: uint32, factor: z.number().min(0).max(1), leases: count });
export type PromiseReply = z.output<typeof PromiseReply>;

const SealedFragment = z.strictObject({ slot, root: hash, key: hash });
const Place = { agreement: id, batchId: hash };
const Fragment = { ...Place, slot, provider: id, root: hash, leaves: z.number().int().min(1).max(LEAVES_MAX) };

/** `key`s seal one fragment of one batch each: neither the agreement's seal key nor any content key leaves the heavy node. */
export const RebuildSpec = z.strictObject({
  kind: z.literal('rebuild'),
  ...Place,
  k: z.number().int().min(1).max(SLOTS_MAX),
  m: z.number().int().min(1).max(SLOTS_MAX),
  batchLog2: z.number().int().min(BATCH_LOG2_MIN).max(BATCH_LOG2_MAX),
  wanted: z.array(SealedFragment).min(1).max(SLOTS_MAX),
  /** Nodes, not addresses: the worker takes these from the registry. */
  sources: z.array(SealedFragment.extend({ provider: id })).min(1).max(SLOTS_MAX),
});
export type RebuildSpec = z.output<typeof RebuildSpec>;

/** Fetch `count` leaves and the proof of them. */
export const AuditSpec = z.strictObject({ kind: z.literal('audit'), ...Fragment, first: uint(LEAVES_MAX), count: z.number().int().min(1).max(AUDIT_LEAVES_MAX) });
export type AuditSpec = z.output<typeof AuditSpec>;

/** Read a whole fragment against its root, and give the upper levels of its tree. */
export const TreeSpec = z.strictObject({ kind: z.literal('verify-tree'), ...Fragment });
export type TreeSpec = z.output<typeof TreeSpec>;

export const JobSpec = z.discriminatedUnion('kind', [RebuildSpec, AuditSpec, TreeSpec]);
export type JobSpec = z.output<typeof JobSpec>;
export type JobKind = JobSpec['kind'];

/** POST /jobs/lease answers with this, or with 204 when there was nothing to do. The result must be there within `leaseMs`. */
export const LeasedJob = z.object({ job: jobId, leaseMs: z.number().int().min(1), spec: JobSpec });
export type LeasedJob = z.output<typeof LeasedJob>;

/**
 * POST /jobs/:job/failure. too-few: sources did not answer. mismatch: what was rebuilt does not meet its root. fault: the provider's bytes do not prove
 * themselves, at leaf `at`. declined: beyond this worker's own limits. None is believed: the heavy node looks for itself.
 */
export const JobFailure = z.strictObject({ reason: z.enum(['too-few', 'mismatch', 'fault', 'declined', 'error']), at: uint(LEAVES_MAX).optional(), message: z.string().max(400) });
export type JobFailure = z.output<typeof JobFailure>;

/** PUT /jobs/:job/result: `isTrue` once the heavy node has verified it. */
export const ResultReply = z.object({ isTrue: z.boolean(), seconds: count });
export type ResultReply = z.output<typeof ResultReply>;

/**
 * One worker's month. Times are CPU-seconds as the heavy node measures its own run of the same kernels. `missed`: of work that was on offer. `owed`: token
 * units, fixed when the month is over.
 */
export const WorkerMonth = z.object({
  worker: address,
  month: uint32,
  payout: address,
  cores: count,
  percent: count,
  promisedSeconds: count,
  deliveredSeconds: count,
  missedSeconds: count,
  jobs: count,
  wrong: count,
  expired: count,
  factor: z.number().min(0).max(1),
  /** Of this month by now: what next month's factor will be. */
  nextFactor: z.number().min(0).max(1),
  trust: z.number().min(0).max(1),
  isAttached: z.boolean(),
  leases: count,
  state: z.enum(['open', 'owed', 'paying', 'paid']),
  owed: amount,
  txHash: hash.optional(),
});
export type WorkerMonth = z.output<typeof WorkerMonth>;

/** GET /workers, and /workers/:address for one of them. Newest months first. `shareBps`, `payPerCpuHour`: this node's settings. */
export const WorkersReply = z.object({ month: uint32, shareBps: count, payPerCpuHour: amount, waiting: count, months: z.array(WorkerMonth) });
export type WorkersReply = z.output<typeof WorkersReply>;
