/** Which bytes of an object lie where. Pure. */
import type { Manifest } from '../../codec/manifest.ts';
import type { ChunkRef, RecordLocation } from '../../codec/types.ts';
import type { Segment } from '../../wire/named.ts';

/**
 * The chunks of all files in order, those that follow each other in one bundle as one segment. `payloadSize`: of an agreement's batches.
 * Every chunk must name its bundle.
 */
export function segmentsOf(manifest: Pick<Manifest, 'entries' | 'chunks'>, payloadSize: (agreement: number) => number): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  let last: Segment | undefined;
  for (const { chunks } of manifest.entries) {
    for (const index of chunks) {
      const chunk = manifest.chunks[index] as ChunkRef;
      const { agreement, batch, offset, storedSize } = chunk;
      const bundle = bundleOf(chunk);
      if (last !== undefined && last.agreement === agreement && last.bundle === bundle && placeBehind(last, payloadSize(agreement)) === batch * payloadSize(agreement) + offset) {
        last = { ...last, end: last.end + chunk.size, storedSize: last.storedSize + storedSize };
        segments[segments.length - 1] = last;
      } else {
        last = { start: at, end: at + chunk.size, agreement, bundle, batch, offset, storedSize };
        segments.push(last);
      }
      at += chunk.size;
    }
  }
  return segments;
}

export function bundleOf({ bundle }: Pick<RecordLocation, 'bundle'>): number {
  if (bundle === null) throw new RangeError('the location does not say in which bundle it lies');
  return bundle;
}

function placeBehind({ batch, offset, storedSize }: Segment, payloadSize: number): number {
  return batch * payloadSize + offset + storedSize;
}
