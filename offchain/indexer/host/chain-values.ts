/** `ethereum.Value` between a mapping's memory and what viem encodes and decodes. */
import type { AbiParameter, Hex } from 'viem';
import type { Heap } from './heap.ts';
import { putBigInt, readBigInt } from './numbers.ts';
import { TypeId } from './type-ids.ts';

const Kind = { address: 0, fixedBytes: 1, bytes: 2, int: 3, uint: 4, bool: 5, string: 6, fixedArray: 7, array: 8, tuple: 9 } as const;

type Parts = AbiParameter & { readonly components?: readonly AbiParameter[] };

/** `value`: as viem decodes `type`. */
export function putChainValue(heap: Heap, parameter: AbiParameter, value: unknown): number {
  const { type } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  const put = (kind: number, data: number): number => heap.tagged(TypeId.EthereumValue, kind, data);
  if (array !== null) {
    const inner = { ...parameter, type: array[1] as string };
    const items = (value as readonly unknown[]).map((item) => putChainValue(heap, inner, item));
    return put(array[2] === '' ? Kind.array : Kind.fixedArray, heap.putPointers(TypeId.ArrayEthereumValue, items));
  }
  if (type === 'tuple') {
    const { components = [] } = parameter as Parts;
    const items = components.map((part, i) => putChainValue(heap, part, Array.isArray(value) ? value[i] : (value as Record<string, unknown>)[part.name ?? String(i)]));
    return put(Kind.tuple, heap.putPointers(TypeId.ArrayEthereumValue, items));
  }
  if (type === 'address') return put(Kind.address, heap.putHex(value as Hex));
  if (type === 'bool') return put(Kind.bool, value === true ? 1 : 0);
  if (type === 'string') return put(Kind.string, heap.putText(value as string));
  if (type === 'bytes') return put(Kind.bytes, heap.putHex(value as Hex));
  if (type.startsWith('bytes')) return put(Kind.fixedBytes, heap.putHex(value as Hex));
  return put(type.startsWith('uint') ? Kind.uint : Kind.int, putBigInt(heap, BigInt(value as bigint | number)));
}

/** The value, and a type that encodes it: numbers are 256 bits wide, as a mapping does not tell. */
export function readChainValue(heap: Heap, pointer: number): { readonly parameter: AbiParameter; readonly value: unknown } {
  const kind = heap.word(pointer);
  const data = heap.word(pointer + 8);
  const simple = (type: string, value: unknown) => ({ parameter: { type }, value });
  switch (kind) {
    case Kind.address: return simple('address', heap.hex(data));
    case Kind.fixedBytes: {
      const hex = heap.hex(data);
      return simple(`bytes${(hex.length - 2) / 2}`, hex);
    }
    case Kind.bytes: return simple('bytes', heap.hex(data));
    case Kind.int: return simple('int256', readBigInt(heap, data));
    case Kind.uint: return simple('uint256', readBigInt(heap, data));
    case Kind.bool: return simple('bool', data !== 0);
    case Kind.string: return simple('string', heap.text(data));
    case Kind.tuple: {
      const items = heap.pointers(data).map((item) => readChainValue(heap, item));
      return { parameter: { type: 'tuple', components: items.map(({ parameter }) => parameter) } as AbiParameter, value: items.map(({ value }) => value) };
    }
    case Kind.fixedArray:
    case Kind.array: {
      const items = heap.pointers(data).map((item) => readChainValue(heap, item));
      const inner = items[0]?.parameter ?? { type: 'uint256' };
      return { parameter: { ...inner, type: `${inner.type}[${kind === Kind.fixedArray ? items.length : ''}]` }, value: items.map(({ value }) => value) };
    }
    default: throw new TypeError(`an ethereum value of the unknown kind ${kind}`);
  }
}
