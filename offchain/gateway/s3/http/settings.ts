import { z } from 'zod';
import { uint16 } from '../../../wire/fields.ts';

/** How the S3 side of a gateway listens. Unknown keys are errors. */
export const S3Settings = z.strictObject({
  /** Loopback by default: the gateway speaks plain HTTP; to others it goes through a proxy with TLS. */
  host: z.string().min(1).default('127.0.0.1'),
  port: uint16.default(9000),
  /** What clients must sign for. */
  region: z.string().regex(/^[a-z0-9-]{1,32}$/).default('us-east-1'),
  /** Buckets may then also be named in front of it: `bucket.domain`. */
  domain: z.string().regex(/^[a-z0-9.-]{1,200}$/).optional(),
  limits: z
    .strictObject({
      connections: z.number().int().min(1).max(65_535).default(1_024),
      /** Requests at once; more are told to slow down. */
      requests: z.number().int().min(1).max(65_535).default(512),
      /** For the request's head. */
      headerMs: z.number().int().min(100).default(20_000),
      /** Without a byte from the client while its body is awaited. */
      idleMs: z.number().int().min(100).default(60_000),
      /** Time that a body may take altogether at less than `leastBytesPerSecond`. */
      slowMs: z.number().int().min(100).default(30_000),
      leastBytesPerSecond: z.number().int().min(1).default(1_024),
    })
    .prefault({}),
});
export type S3Settings = z.output<typeof S3Settings>;
export type S3SettingsInput = z.input<typeof S3Settings>;
