import { z } from 'zod';

export const NOTE_CHARS = 200;

/** Who may sign requests, and for what. */
export const AccessKey = z.strictObject({
  accessKey: z.string().regex(/^[A-Z0-9]{16,32}$/),
  secretKey: z.string().min(16).max(128),
  /** `read`: nothing is written, made or deleted with it. */
  access: z.enum(['full', 'read']).default('full'),
  /** The only buckets that it sees; all where absent. */
  buckets: z.array(z.string()).optional(),
  /** What it is for, in its owner's words. */
  note: z.string().max(NOTE_CHARS).optional(),
  createdSeconds: z.number().int(),
});
export type AccessKey = z.output<typeof AccessKey>;

/** Finds an access key by its id, as long as it is valid. */
export type FindKey = (accessKey: string) => AccessKey | undefined;
