import { copyInto } from './bytes.ts';
import { GeometryError } from './geometry.ts';
import { encodeParity, reconstruct } from './rs.ts';
import type { Geometry } from './types.ts';

/** A run of payload bytes that lies in one slot's fragment. */
export interface SlotRange {
  readonly slot: number;
  readonly fragmentOffset: number;
  readonly payloadOffset: number;
  readonly sizeBytes: number;
}

/** The bytes [start, end) of every fragment that stripe number `stripe` covers. */
export function stripeRange(geometry: Geometry, stripe: number): { start: number; end: number } {
  if (!Number.isInteger(stripe) || stripe < 0 || stripe >= geometry.stripes) {
    throw new GeometryError(`Stripe ${stripe} does not exist: a fragment has ${geometry.stripes}.`, { stripe });
  }
  const start = stripe * geometry.unit;
  return { start, end: Math.min(start + geometry.unit, geometry.fragmentSize) };
}

/** Which fragment ranges hold the payload bytes [payloadOffset, payloadOffset + sizeBytes), in payload order. */
export function slotRanges(geometry: Geometry, payloadOffset: number, sizeBytes: number): SlotRange[] {
  checkRange('payload', payloadOffset, payloadOffset + sizeBytes, geometry.payloadSize);
  const ranges: SlotRange[] = [];
  const end = payloadOffset + sizeBytes;
  for (let at = payloadOffset; at < end; ) {
    const range = rangeAt(geometry, at, end);
    const last = ranges.at(-1);
    // With k = 1 all stripes of the payload follow each other in slot 0: one range, one request.
    if (last?.slot === range.slot && last.fragmentOffset + last.sizeBytes === range.fragmentOffset) {
      ranges[ranges.length - 1] = { ...last, sizeBytes: last.sizeBytes + range.sizeBytes };
    } else {
      ranges.push(range);
    }
    at += range.sizeBytes;
  }
  return ranges;
}

function rangeAt(geometry: Geometry, payloadOffset: number, payloadEnd: number): SlotRange {
  const stripe = Math.floor(payloadOffset / (geometry.k * geometry.unit));
  const { start, end } = stripeRange(geometry, stripe);
  const width = end - start;
  const within = payloadOffset - stripe * geometry.k * geometry.unit;
  const slot = Math.floor(within / width);
  const inUnit = within - slot * width;
  return { slot, fragmentOffset: start + inUnit, payloadOffset, sizeBytes: Math.min(width - inUnit, payloadEnd - payloadOffset) };
}

/** Writes payload bytes, from payload offset `offset` on, into the data fragments that hold them. */
export function writePayload(geometry: Geometry, fragments: readonly Uint8Array[], { offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array }): void {
  for (const { slot, fragmentOffset, payloadOffset, sizeBytes } of slotRanges(geometry, offset, bytes.length)) {
    const from = payloadOffset - offset;
    copyInto(fragments[slot]!, bytes.subarray(from, from + sizeBytes), fragmentOffset);
  }
}

/** Sets the payload bytes [start, end) to zero. */
export function clearPayload(geometry: Geometry, fragments: readonly Uint8Array[], { start, end }: { readonly start: number; readonly end: number }): void {
  for (const { slot, fragmentOffset, sizeBytes } of slotRanges(geometry, start, end - start)) {
    fragments[slot]!.fill(0, fragmentOffset, fragmentOffset + sizeBytes);
  }
}

/** The n unsealed fragments of a payload of at most k * F bytes; a shorter one counts as zero padded. */
export function encodeBatch(geometry: Geometry, payload: Uint8Array): Uint8Array[] {
  const { k, m, n, fragmentSize, payloadSize } = geometry;
  if (payload.length > payloadSize) {
    throw new GeometryError(`The payload has ${payload.length} bytes; this batch holds ${payloadSize}.`, { sizeBytes: payload.length });
  }
  const fragments = Array.from({ length: n }, () => new Uint8Array(fragmentSize));
  writePayload(geometry, fragments, { offset: 0, bytes: payload });
  encodeParity({ k, m, data: fragments.slice(0, k), parity: fragments.slice(k) });
  return fragments;
}

/**
 * The payload of k * F bytes from any k whole unsealed fragments.
 * @throws ErasureError when fewer than k are given or one has the wrong length.
 */
export function decodeBatch(geometry: Geometry, fragments: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const { k, m, fragmentSize, payloadSize } = geometry;
  checkSizes(fragments, fragmentSize);
  const data = reconstruct({ k, m, present: fragments, wanted: missingData(k, fragments) });
  const payload = new Uint8Array(payloadSize);
  for (const { slot, fragmentOffset, payloadOffset, sizeBytes } of slotRanges(geometry, 0, payloadSize)) {
    const fragment = fragments.get(slot) ?? data.get(slot)!;
    payload.set(fragment.subarray(fragmentOffset, fragmentOffset + sizeBytes), payloadOffset);
  }
  return payload;
}

/**
 * Recomputes bytes [start, end) of one slot's unsealed fragment from the same range of any k other slots:
 * the code works byte by byte, so the range may begin and end anywhere, within a stripe or across several.
 */
export function recoverRange(
  geometry: Geometry,
  options: { readonly slot: number; readonly start: number; readonly end: number; readonly present: ReadonlyMap<number, Uint8Array> },
): Uint8Array {
  const { slot, start, end, present } = options;
  checkRange('fragment', start, end, geometry.fragmentSize);
  checkSizes(present, end - start);
  return reconstruct({ k: geometry.k, m: geometry.m, present, wanted: [slot] }).get(slot)!;
}

function missingData(k: number, fragments: ReadonlyMap<number, Uint8Array>): number[] {
  return Array.from({ length: k }, (_, slot) => slot).filter((slot) => !fragments.has(slot));
}

function checkSizes(fragments: ReadonlyMap<number, Uint8Array>, sizeBytes: number): void {
  for (const [slot, bytes] of fragments) {
    if (bytes.length === sizeBytes) continue;
    throw new GeometryError(`Slot ${slot} gave ${bytes.length} bytes where ${sizeBytes} were due.`, { slot, sizeBytes: bytes.length });
  }
}

function checkRange(what: string, start: number, end: number, limit: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= limit) return;
  throw new GeometryError(`Bytes ${start} to ${end} do not lie in a ${what} of ${limit} bytes.`, { start, end });
}
