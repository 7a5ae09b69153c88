/** The objects of one upload: read, cut, deduplicated and packed, slab by slab. */
import type { SourceObject } from './archive.ts';
import type { EncodedBatch } from './batch-line.ts';
import type { BundleWriter } from './bundle-writer.ts';
import { type Chunking, FixedCutter, cutterFor } from './chunk.ts';
import type { CodecKeys } from './keys.ts';
import { ManifestBuilder } from './manifest-builder.ts';
import type { Visibility } from './manifest-ref.ts';
import { mapAhead } from './map-ahead.ts';
import type { Pages } from './pages.ts';
import type { WorkerPool } from './pool/pool.ts';
import { SlabMemory, readSlabs } from './slab.ts';

/** Slabs that may be on their way between being read and being packed, besides one for each thread. */
const SLABS_AHEAD = 1;

export interface ObjectsOptions {
  readonly keys: CodecKeys;
  readonly visibility: Visibility;
  readonly objects: AsyncIterable<SourceObject>;
  /** For private objects; FastCDC when left out. Public objects are always cut at 1 MiB, so that their CIDs are those of IPFS. */
  readonly chunking?: Chunking | undefined;
  /** Threads to work on; all runs on the caller's thread when left out. */
  readonly pool?: WorkerPool | undefined;
  /** For what has to be remembered of every file; all in memory when left out. */
  readonly pages?: Pages | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

export interface EncodeProgress {
  readonly path: string;
  readonly files: number;
  readonly plainBytes: number;
  readonly newBytes: number;
  readonly storedBytes: number;
  readonly batches: number;
}

export interface BundleStats {
  readonly files: number;
  /** Bytes of all files. */
  readonly plainBytes: number;
  /** Of these, bytes in chunks that were not stored before... */
  readonly newBytes: number;
  /** ...and bytes in chunks that were. */
  readonly dedupedBytes: number;
  /** Bytes of all new records, manifest, catalog and footer included. */
  readonly storedBytes: number;
}

/** What became of the objects: `unreadable` lists paths that were left out. */
export interface StoredObjects {
  readonly builder: ManifestBuilder;
  readonly stats: BundleStats;
  readonly unreadable: string[];
}

export async function* storeObjects(writer: BundleWriter, options: ObjectsOptions): AsyncGenerator<EncodedBatch, StoredObjects> {
  const { objects, visibility, onProgress } = options;
  const keys = visibility === 'public' ? null : options.keys.content;
  const cutter = visibility === 'public' ? new FixedCutter() : cutterFor(options.chunking);
  const { threads = 0, sharesMemory = false } = options.pool ?? {};
  const slabs = new SlabMemory({ isShared: sharesMemory });
  const builder = new ManifestBuilder(writer.chunks, options.pages);
  const unreadable: string[] = [];
  const count = { files: 0, plainBytes: 0, newBytes: 0, dedupedBytes: 0 };
  const stats = (): BundleStats => ({ ...count, storedBytes: writer.storedBytes });
  const prepared = mapAhead(readSlabs(objects, cutter, slabs), threads + SLABS_AHEAD, async (slab) => ({ slab, chunks: await writer.prepare(keys, slab) }));
  for await (const { slab, chunks } of prepared) {
    let next = 0;
    for (const event of slab.events) {
      if (event.kind === 'unreadable') {
        builder.dropEntry();
        unreadable.push(event.path);
      } else if (event.kind === 'end') {
        builder.endEntry(event.info);
        if (event.info.kind === 'file') count.files++;
      } else {
        const chunk = chunks.at(next++);
        const { row, isNew } = yield* writer.store(chunk);
        builder.addChunk(row);
        count.plainBytes += chunk.size;
        count[isNew ? 'newBytes' : 'dedupedBytes'] += chunk.size;
      }
      const path = event.kind === 'end' ? event.info.path : event.path;
      onProgress?.({ path, ...stats(), batches: writer.batches });
    }
    slabs.give(slab);
  }
  return { builder, stats: stats(), unreadable };
}
