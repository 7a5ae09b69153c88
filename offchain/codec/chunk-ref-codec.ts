/** Lists of chunk references as bytes: which bundles they lie in (homes), and a table of 53 bytes for each reference. */
import { join, viewOf } from './bytes.ts';
import { CHUNK_MAX_BYTES } from './chunk.ts';
import type { ByteParts, Rows } from './cbor-writer.ts';
import type { ChunkList, Home } from './chunk-ref.ts';
import { RECORD_MAX_BYTES } from './record.ts';
import { type Reader, U32_MAX } from './strict-cbor.ts';
import type { ChunkRef } from './types.ts';

/** chunkId 32 || size u32 || method u8 || home index u32 || batch u32 || offset u32 || storedSize u32. */
export const REF_BYTES = 53;
/** Bundle numbers stay below this value, which means "this bundle" where null cannot be written. */
export const THIS_BUNDLE = U32_MAX;

/** `homes` is ordered by agreement and bundle with "this bundle" last, so that rows keep their bytes when newer bundles join. */
export interface PackedRefs {
  readonly homes: readonly Home[];
  readonly table: Uint8Array;
}

const homeKey = (home: Home): string => `${home.agreement}/${home.bundle}`;
const order = (home: Home): number => home.bundle ?? Infinity;

export function packRefs(refs: Rows<ChunkRef>): PackedRefs {
  const { homes, parts } = refsInParts(refs);
  return { homes, table: join(Array.from(parts, (row) => row.slice())) };
}

/** The table row by row: each is valid until the next one is asked for. */
function refsInParts(refs: Rows<ChunkRef>): { readonly homes: readonly Home[]; readonly parts: ByteParts } {
  const distinct = new Map<string, Home>();
  for (const { agreement, bundle } of refs) distinct.set(homeKey({ agreement, bundle }), { agreement, bundle });
  const homes = [...distinct.values()].sort((a, b) =>
    Number(a.bundle === null) - Number(b.bundle === null) || a.agreement - b.agreement || order(a) - order(b));
  const indexOf = new Map(homes.map((home, i) => [homeKey(home), i]));
  const row = new Uint8Array(REF_BYTES);
  const view = viewOf(row);
  const parts = {
    sizeBytes: refs.length * REF_BYTES,
    *[Symbol.iterator](): Generator<Uint8Array, void> {
      for (const ref of refs) {
        row.set(ref.chunkId);
        view.setUint32(32, ref.size, true);
        view.setUint8(36, ref.method);
        view.setUint32(37, indexOf.get(homeKey(ref)) ?? 0, true);
        view.setUint32(41, ref.batch, true);
        view.setUint32(45, ref.offset, true);
        view.setUint32(49, ref.storedSize, true);
        yield row;
      }
    },
  };
  return { homes, parts };
}

/** `fail` is called with a reason when a row breaks a bound. */
export function unpackRefs(packed: PackedRefs, fail: (why: string) => never): ChunkRef[] {
  return Array.from(unpackedRows(packed, fail));
}

/** Each is made, and checked, when it is asked for. */
function unpackedRows({ homes, table }: PackedRefs, fail: (why: string) => never): ChunkList {
  if (table.length % REF_BYTES !== 0) fail('has a broken chunk table');
  const view = viewOf(table);
  const length = table.length / REF_BYTES;
  const rowAt = (index: number): ChunkRef => unpackRow(homes, table, view, index * REF_BYTES, fail);
  return {
    length,
    at: (index) => (index >= 0 && index < length ? rowAt(index) : undefined),
    *[Symbol.iterator](): Generator<ChunkRef, void> {
      for (let index = 0; index < length; index++) yield rowAt(index);
    },
  };
}

function unpackRow(homes: readonly Home[], table: Uint8Array, view: DataView, at: number, fail: (why: string) => never): ChunkRef {
  const home = homes[view.getUint32(at + 37, true)] ?? fail('names an unknown bundle');
  const size = view.getUint32(at + 32, true);
  const storedSize = view.getUint32(at + 49, true);
  const method = view.getUint8(at + 36);
  if (size === 0 || size > CHUNK_MAX_BYTES) fail('has a chunk of impossible size');
  if (storedSize === 0 || storedSize > RECORD_MAX_BYTES) fail('has a record of impossible size');
  if (method !== 0 && method !== 1 && method !== 2) return fail('has an unknown compression method');
  return {
    chunkId: table.slice(at, at + 32),
    size,
    method,
    agreement: home.agreement,
    bundle: home.bundle,
    batch: view.getUint32(at + 41, true),
    offset: view.getUint32(at + 45, true),
    storedSize,
  };
}

type CborHome = [agreement: number, bundle: number | null];

export const homeToCbor = (home: Home): CborHome => [home.agreement, home.bundle];

export function homeFromCbor(reader: Reader): Home {
  const [agreement, bundle] = reader.tuple(2) as [Reader, Reader];
  return { agreement: agreement.integer(0, U32_MAX), bundle: bundle.isNull() ? null : bundle.integer(0, THIS_BUNDLE - 1) };
}

export function refsToCbor(refs: Rows<ChunkRef>): [CborHome[], ByteParts] {
  const { homes, parts } = refsInParts(refs);
  return [homes.map(homeToCbor), parts];
}

export function refsFromCbor(reader: Reader): ChunkRef[] {
  return Array.from(refRowsFromCbor(reader));
}

/** Each row is made, and checked, when it is asked for. */
export function refRowsFromCbor(reader: Reader): ChunkList {
  const [homes, table] = reader.tuple(2) as [Reader, Reader];
  return unpackedRows({ homes: homes.list().map(homeFromCbor), table: table.bytes() }, (why) => reader.fail(why));
}
