import { z } from 'zod';
import { address, amount } from '../../wire/fields.ts';

/** What a heavy node asks of its workers and pays them. */
export const JobSettings = z.strictObject({
  /** Off: nobody is let in, and everything is computed here. */
  enabled: z.boolean().default(true),
  /** Who may attach: operators of registered nodes, or any key. Work on an agreement is never given to those who hold slots of it. */
  admit: z.enum(['registered', 'anyone']).default('registered'),
  /** Keys that may attach whatever `admit` says. */
  allow: z.array(address).max(1_000).default([]),
  /** The part of this node's fees that a month's workers may be paid together, in basis points. */
  shareBps: z.number().int().min(0).max(10_000).default(2_000),
  /** What a CPU-hour is paid at most, in token units. */
  payPerCpuHour: amount.default(10n ** 17n),
  /** How long a repair waits for a worker before this node computes by itself. */
  waitMs: z.number().int().min(0).max(600_000).default(2_000),
  /** The least time that a job gets; more by its bytes, at half a MiB a second. */
  leaseMs: z.number().int().min(100).max(600_000).default(15_000),
  /** Audits that workers do beside this node's own, and fragments that they read whole, in every epoch. */
  auditsPerEpoch: z.number().int().min(0).max(1_024).default(16),
  treesPerEpoch: z.number().int().min(0).max(64).default(1),
});
export type JobSettings = z.output<typeof JobSettings>;
