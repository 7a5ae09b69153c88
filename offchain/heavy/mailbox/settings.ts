import { z } from 'zod';

/** Keeping letters. */
export const MailboxSettings = z.strictObject({
  /** Of all letters together. */
  maxBytes: z.number().int().min(0).default(2 ** 30),
  /** Pause between two looks for letters that have expired. */
  everyMs: z.number().int().min(20).max(86_400_000).default(600_000),
});
