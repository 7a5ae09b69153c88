import { z } from 'zod';
import { address, id } from '../wire/fields.ts';
import { CORES_MAX } from '../wire/jobs.ts';

const MIB = 1024 * 1024;

const share = z.number().min(0.01).max(1);

/** What a machine gives. Shares are parts of the whole machine: 0.5 of four cores is two cores. */
export const WorkerSettings = z.strictObject({
  /** What is promised to the heavy node; `measured`: what was idle when the worker started. */
  cpuShare: z.union([share, z.literal('measured')]).default(0.5),
  /** All cores of the machine where absent. */
  cores: z.number().int().min(1).max(CORES_MAX).optional(),
  /** Where the pay goes; the key's own address where absent. */
  payout: address.optional(),
  /** Jobs done at the same time. */
  atOnce: z.number().int().min(1).max(8).default(1),
  /** Jobs that need more memory, all together, are not taken. */
  maxMemoryBytes: z.number().int().min(MIB).default(512 * MIB),
  /** Jobs that move more bytes are not taken. */
  maxJobBytes: z.number().int().min(MIB).default(4096 * MIB),
  /** Program and arguments that run on what is left. */
  idleCommand: z.array(z.string().max(4_096)).min(1).max(64).optional(),
  /** Of the machine, for that program; as `cpuShare` where absent. */
  idleShare: share.optional(),
  /** It stands still while others use more of the machine than this. */
  userLoad: z.number().min(0).max(1).default(0.25),
  /** What is kept of its output. */
  idleLogBytes: z.number().int().min(1024).max(1024 * MIB).default(MIB),
  /** A cgroup v2 folder that was delegated to this user with the cpu controller: the kernel keeps the share then. */
  cgroup: z.string().min(1).optional(),
});
export type WorkerSettings = z.output<typeof WorkerSettings>;

export const WorkerConfig = z.strictObject({
  /** The folder for status and log. */
  home: z.string().min(1),
  /** The heavy node that gets the CPU: nobody else's jobs are taken. */
  heavy: id,
  ...WorkerSettings.shape,
});
export type WorkerConfig = z.output<typeof WorkerConfig>;
export type WorkerConfigInput = z.input<typeof WorkerConfig>;
