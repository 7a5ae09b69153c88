import { z } from 'zod';

/** The register of public contents. */
export const ContentSettings = z.strictObject({
  /** Contents that this node registers at most. */
  maxContents: z.number().int().min(0).max(1_000_000).default(10_000),
  /** Of all their locations together. */
  maxBytes: z.number().int().min(0).default(256 * 2 ** 20),
});
