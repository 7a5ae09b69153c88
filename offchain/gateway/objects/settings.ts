/** Every setting and limit of the object store. */
import { z } from 'zod';

const MIB = 2 ** 20;
const ms = z.number().int().min(1).max(10 ** 11);
const sizeBytes = z.number().int().min(MIB).max(Number.MAX_SAFE_INTEGER);

export const ObjectsSettings = z.strictObject({
  /** network: a write is answered when providers' receipts are on the chain. spool: when it is synced to this machine's disk; the network follows. */
  durability: z.enum(['network', 'spool']).default('spool'),
  /** The agreement to store in; the only running one when left out. */
  agreement: z.number().int().min(1).optional(),
  /** Folder of the spool; a folder in the client's home when left out. */
  spool: z.string().min(1).optional(),
  /** Packs are stored under this name in the creator's catalog. One writer each. */
  name: z.string().regex(/^[^\0/]{1,64}$/, 'must be 1 to 64 characters without a slash').default('.s3'),
  /** The oldest pending change waits at most this long for its commit... */
  flushMs: ms.default(30_000),
  /** ...and less when so many bytes wait, while nobody sends more... */
  flushBytes: sizeBytes.default(256 * MIB),
  /** ...or so many bytes, whoever sends more, or so many changes. */
  flushBusyBytes: sizeBytes.default(2048 * MIB),
  flushChanges: z.number().int().min(1).default(10_000),
  /** Bytes in the spool; writers wait `spoolWaitMs` for room, then they are told SPOOL_FULL. */
  spoolLimitBytes: sizeBytes.default(8192 * MIB),
  spoolWaitMs: ms.default(20_000),
  /** Batches of the agreement that only deletions and compaction may take. */
  reserveBatches: z.number().int().min(0).max(1024).default(2),
  /** Where there is no room by its size, a body of up to so many bytes is looked at: what is stored already, and what zstd saves, takes none. */
  measureBytes: z.number().int().min(0).max(1024 * MIB).default(16 * MIB),
  /** Uploads in parts that nobody completed in this time are given up. */
  uploadExpiryMs: ms.default(7 * 86_400_000),
  /** How often lifecycle rules are applied. */
  lifecycleMs: ms.default(3_600_000),
  /** How often it is looked whether packs are worth compacting: when this share of their bytes is dead, or there are so many of them. */
  compactMs: ms.default(600_000),
  compactShare: z.number().min(0.05).max(1).default(0.5),
  packsMax: z.number().int().min(2).max(10_000).default(500),
  /** Living bytes that one compaction moves at most. */
  compactBytes: sizeBytes.default(4096 * MIB),
});

export type ObjectsSettings = z.output<typeof ObjectsSettings>;
export type ObjectsSettingsInput = z.input<typeof ObjectsSettings>;

/** As Amazon has them. */
export const KEY_BYTES_MAX = 1024;
export const OBJECT_BYTES_MAX = 5 * 2 ** 40;
export const PART_BYTES_MIN = 5 * MIB;
export const PART_BYTES_MAX = 5 * 2 ** 30;
export const PARTS_MAX = 10_000;
export const PAGE_MAX = 1000;
/** Writes that are judged and committed together. */
export const GROUP_MAX = 256;
