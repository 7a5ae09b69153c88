/** Where a public object lies, told to people who have no key of its owner: enough to read it from the storages and to check every byte. */
import { z } from 'zod';
import { bytes, hash, id, seconds, uint, uint32 } from './fields.ts';
import { BATCHES_PER_BUNDLE_MAX, BATCH_LOG2_MAX, BATCH_LOG2_MIN, ENDPOINT_CHARACTERS, SLOTS_MAX } from './limits.ts';

const count = uint(Number.MAX_SAFE_INTEGER);
const ordinal = uint(BATCHES_PER_BUNDLE_MAX - 1);
const payloadOffset = uint(2 ** BATCH_LOG2_MAX - 1);
/** A stored chunk of a public object: its chunk as it is, or compressed. */
const recordBytes = z.number().int().min(1).max(8 * 2 ** 20);

/** CIDv1 in base32. Whether it is one that fits the bytes is shown by reading them. */
export const ContentId = z.string().regex(/^b[a-z2-7]{8,127}$/, 'must be a CIDv1 in base32');

/** One stored chunk. It begins in batch `batch` of its bundle, at payload offset `offset`, and may run on into the next batch at offset 0. */
export const PublicChunk = z.object({
  /** SHA-256 of the plain bytes. */
  chunkId: hash,
  /** Plain bytes. */
  size: recordBytes,
  /** 0: as it is; 1: zstd; 2: gzip. */
  method: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  agreement: id,
  bundle: uint32,
  batch: ordinal,
  offset: payloadOffset,
  storedSize: recordBytes,
});
export type PublicChunk = z.infer<typeof PublicChunk>;

/**
 * Bytes [start, end) of the object, its files one after the other in the order of the manifest, lie as whole stored chunks back to back: from payload
 * offset `offset` of batch `batch` on, `storedSize` bytes, running on into the following batches of the bundle at offset 0.
 */
export const Segment = z.object({ start: count, end: count, agreement: id, bundle: uint32, batch: ordinal, offset: payloadOffset, storedSize: count });
export type Segment = z.infer<typeof Segment>;

/**
 * What unseals batches [batch, batch + count) of a bundle and nothing else: 32 bytes for each, back to back (`batchKey` in ../codec/seal.ts).
 * No other batch of the agreement can be opened with it.
 */
export const BatchKeys = z.object({ agreement: id, bundle: uint32, batch: ordinal, keys: bytes({ maxBytes: 32 * BATCHES_PER_BUNDLE_MAX }).refine((hex) => hex.length > 2 && (hex.length - 2) % 64 === 0, { message: 'must be keys of 32 bytes' }) });
export type BatchKeys = z.infer<typeof BatchKeys>;

/**
 * The providers of one agreement when the location was written, slot by slot (0: nobody). A hint for people and programs without a chain: who holds a slot now, and
 * under which address, the registry and the market say.
 */
export const Storages = z.object({
  agreement: id,
  k: z.number().int().min(1).max(SLOTS_MAX),
  m: z.number().int().min(1).max(SLOTS_MAX),
  batchLog2: z.number().int().min(BATCH_LOG2_MIN).max(BATCH_LOG2_MAX),
  slots: z.array(z.object({ provider: uint32, endpoint: z.string().max(ENDPOINT_CHARACTERS) })).max(SLOTS_MAX),
});
export type Storages = z.infer<typeof Storages>;

/** One stored public object. A few KB for most objects: it grows by 64 characters with each batch, and by about 120 with each segment. */
export const PublicLocation = z.object({
  v: z.literal(1),
  /** Of files and folders of them the CID that `ipfs-car` prints; of trees with links or empty folders the raw CID of the manifest. */
  contentId: ContentId,
  /** Commits to paths, attributes and chunk ids of the whole tree: the `root` of its manifest. */
  root: hash,
  /** Plain bytes of all files. */
  sizeBytes: count,
  /** When its owner stored it, by his own word. */
  created: seconds,
  /** The manifest (../codec/README.md), which names every chunk of every file: the bundle that carried it, its plain bytes, its own chunks. */
  manifest: z.object({ agreement: id, bundle: uint32, sizeBytes: count, chunks: z.array(PublicChunk).min(1).max(4_096) }),
  segments: z.array(Segment).max(65_536),
  /** For every batch that `manifest` or `segments` touch. */
  keys: z.array(BatchKeys).min(1).max(65_536),
  storages: z.array(Storages).min(1).max(1_024),
});
export type PublicLocation = z.infer<typeof PublicLocation>;
