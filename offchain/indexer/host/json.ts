/** `json.fromBytes`: JSON values in a mapping's memory; numbers stay text. */
import type { Heap } from './heap.ts';
import { TypeId } from './type-ids.ts';

const Kind = { null: 0, bool: 1, number: 2, string: 3, array: 4, object: 5 } as const;
const DEPTH_MAX = 128;

/** A number as it was written. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** @throws SyntaxError */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => (typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value);
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

export function putJson(heap: Heap, value: unknown, depth = 0): number {
  if (depth > DEPTH_MAX) throw new RangeError('JSON nested too deeply');
  const put = (kind: number, data: number): number => heap.tagged(TypeId.JsonValue, kind, data);
  if (value === null) return put(Kind.null, 0);
  if (typeof value === 'boolean') return put(Kind.bool, value ? 1 : 0);
  if (value instanceof NumberText) return put(Kind.number, heap.putText(value.text));
  if (typeof value === 'string') return put(Kind.string, heap.putText(value));
  if (Array.isArray(value)) return put(Kind.array, heap.putPointers(TypeId.ArrayJsonValue, value.map((item) => putJson(heap, item, depth + 1))));
  const entries = Object.entries(value as object).map(([key, item]) => heap.fields(TypeId.TypedMapEntryStringJsonValue, [heap.putText(key), putJson(heap, item, depth + 1)]));
  return put(Kind.object, heap.fields(TypeId.TypedMapStringJsonValue, [heap.putPointers(TypeId.ArrayTypedMapEntryStringJsonValue, entries)]));
}

/** `Result<JSONValue, boolean>` */
export function putJsonResult(heap: Heap, bytes: Uint8Array): number {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch {
    return heap.fields(TypeId.ResultJsonValueBool, [0, heap.fields(TypeId.WrappedBool, [1])]);
  }
  return heap.fields(TypeId.ResultJsonValueBool, [heap.fields(TypeId.WrappedJsonValue, [putJson(heap, value)]), 0]);
}
