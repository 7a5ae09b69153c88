/** Which leaves of a slot to ask for. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { type SlotRange, stripeRange } from '../../codec/stripe.ts';
import type { Geometry } from '../../codec/types.ts';

/** One request asks for no more than this, so that a late one can be replaced early. */
export const PIECE_BYTES_MAX = 1 << 20;

/** With k = 1 a range may span many stripe units of one slot. Cut at multiples of the piece size, so that equal units are shared. */
export function splitLong(range: SlotRange): SlotRange[] {
  const parts: SlotRange[] = [];
  for (let done = 0; done < range.sizeBytes; ) {
    const fragmentOffset = range.fragmentOffset + done;
    const sizeBytes = Math.min(range.sizeBytes - done, PIECE_BYTES_MAX - (fragmentOffset % PIECE_BYTES_MAX));
    parts.push({ slot: range.slot, fragmentOffset, payloadOffset: range.payloadOffset + done, sizeBytes });
    done += sizeBytes;
  }
  return parts;
}

/** The leaves that a part touches, or all of its stripe unit. */
export function leavesOf(geometry: Geometry, part: SlotRange, wholeUnits: boolean): { first: number; count: number } {
  let start = part.fragmentOffset;
  let end = start + part.sizeBytes;
  if (wholeUnits) ({ start, end } = stripeRange(geometry, Math.floor(start / geometry.unit)));
  const first = Math.floor(start / LEAF_SIZE);
  return { first, count: Math.ceil(end / LEAF_SIZE) - first };
}
