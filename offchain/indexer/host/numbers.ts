/** BigInt and BigDecimal of a mapping: little-endian two's complement bytes; and {digits, exp}, both of them BigInts. */
import type { Decimal } from '../schema/decimal.ts';
import { normalized } from '../schema/decimal.ts';
import type { Heap } from './heap.ts';
import { TypeId } from './type-ids.ts';

/** 4,096 bits would be a mistake of the mapping already. */
const NUMBER_BYTES_MAX = 4_096;

export function readBigInt(heap: Heap, pointer: number): bigint {
  const bytes = heap.bytes(pointer);
  if (bytes.length > NUMBER_BYTES_MAX) throw new RangeError('a number of more than 4,096 bytes');
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.reverse()).toString('hex');
  return BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`));
}

export function putBigInt(heap: Heap, value: bigint): number {
  let size = Math.ceil((value < 0n ? ~value : value).toString(16).length / 2);
  // The highest bit is the sign.
  if (BigInt.asIntN(size * 8, value) !== value) size += 1;
  if (size > NUMBER_BYTES_MAX) throw new RangeError('a number of more than 4,096 bytes');
  const hex = BigInt.asUintN(size * 8, value).toString(16).padStart(size * 2, '0');
  return heap.putBytes(Buffer.from(hex, 'hex').reverse());
}

export function readDecimal(heap: Heap, pointer: number): Decimal {
  return normalized(readBigInt(heap, heap.word(pointer)), Number(readBigInt(heap, heap.word(pointer + 4))));
}

export function putDecimal(heap: Heap, { digits, exp }: Decimal): number {
  return heap.fields(TypeId.BigDecimal, [putBigInt(heap, digits), putBigInt(heap, BigInt(exp))]);
}
