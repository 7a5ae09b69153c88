import { join } from 'node:path';
import { z } from 'zod';

/** Where `scripts/build-subgraph.ts` writes the subgraph of this program. */
const BUILT = join(import.meta.dirname, '../../subgraph/build/manifest.json');

/** The section `indexer` of a heavy node's configuration. */
export const IndexerSettings = z.strictObject({
  /** Follows the chain's events and answers queries at POST /subgraphs/name/holdfast. */
  enabled: z.boolean().default(false),
  /** The built subgraph's manifest; this program's own where absent. */
  manifest: z.string().min(1).default(BUILT),
  /** How often the chain's head is asked for, once the index has caught up. */
  pollMs: z.number().int().min(20).max(3_600_000).default(1_000),
  /** Blocks of one question for logs at most; halved where the RPC refuses. */
  rangeBlocks: z.number().int().min(1).max(100_000).default(2_000),
  /** Marks of blocks that are kept, one for each step of following: a reorganisation that is older than all of them is answered by indexing everything anew. */
  reorgMarks: z.number().int().min(8).max(100_000).default(512),
  /** Blocks for which old states can be asked for (`block: { number }`); 0: all of them. */
  historyBlocks: z.number().int().min(0).default(0),
  /** An event whose mapping takes longer ends the thread of the mappings; a new one goes on. Longer than the chain may take to answer. */
  mappingTimeoutMs: z.number().int().min(100).max(3_600_000).default(180_000),
  /** Entities that mappings keep in memory. */
  entitiesInMemory: z.number().int().min(100).default(50_000),
  /** Further behind the chain than this, for longer than `behindSeconds`, the node says so. */
  behindBlocks: z.number().int().min(1).default(64),
  behindSeconds: z.number().int().min(1).default(120),
  query: z
    .strictObject({
      /** A query that takes longer is ended. */
      timeoutMs: z.number().int().min(50).max(60_000).default(5_000),
      /** Queries that wait for their turn; more are refused with 503. */
      queue: z.number().int().min(1).max(10_000).default(64),
    })
    .prefault({}),
});
export type IndexerSettings = z.output<typeof IndexerSettings>;
export type IndexerSettingsInput = z.input<typeof IndexerSettings>;
