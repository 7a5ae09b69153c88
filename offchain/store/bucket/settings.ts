import { z } from 'zod';

const MIB = 1024 * 1024;

/** An S3-compatible bucket. Keys are never part of a configuration: they come from the environment or a file, see credentials.ts. Unknown keys are errors. */
export const BucketSettings = z.strictObject({
  /** `https://s3.eu-central-1.amazonaws.com`, or that of any server that speaks the same protocol. */
  endpoint: z.url({ protocol: /^https?$/ }).refine((url) => ['', '/'].includes(new URL(url).pathname) && new URL(url).search === '' && new URL(url).username === '', { message: 'must be an address alone: no path, no query, no user' }),
  region: z.string().regex(/^[a-z0-9-]{1,64}$/).default('us-east-1'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  /** In front of every object's key; with a slash at its end where a folder is meant. */
  prefix: z.string().regex(/^[A-Za-z0-9._/-]{0,256}$/).default(''),
  /** `endpoint/bucket/key`; where false, `bucket.endpoint/key`. */
  pathStyle: z.boolean().default(true),
  /** An AWS credentials file; absolute, or relative to the service's folder. Read again when it changes. The environment where absent: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. */
  credentialsFile: z.string().min(1).optional(),
  /** The section of that file. */
  profile: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/).default('default'),
  /** Requests under way at once. */
  concurrency: z.number().int().min(1).max(256).default(16),
  /** A request on which nothing moves for so long is broken off. */
  silenceMs: z.number().int().min(100).max(300_000).default(10_000),
  /** No further try begins after so long. */
  giveUpMs: z.number().int().min(0).max(600_000).default(15_000),
});
export type BucketSettings = z.output<typeof BucketSettings>;
export type BucketSettingsInput = z.input<typeof BucketSettings>;

/** Requests that wait for their turn. */
export const WAITING_MAX = 1_024;
/** Of one ranged read. */
export const READ_MAX_BYTES = 8 * MIB;
/** Of a page of a list: a thousand keys. */
export const PAGE_MAX_BYTES = 4 * MIB;
/** Of an error's document. */
export const ERROR_MAX_BYTES = 64 * 1024;
