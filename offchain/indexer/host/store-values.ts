/** Entities between a mapping's memory and this program. */
import type { ContextData } from '../manifest.ts';
import { formatDecimal, parseDecimal } from '../schema/decimal.ts';
import type { EntityData, EntityModel, FieldModel, FieldValue, Scalar } from '../schema/model.ts';
import type { Heap } from './heap.ts';
import { putBigInt, putDecimal, readBigInt, readDecimal } from './numbers.ts';
import { TypeId } from './type-ids.ts';

const Kind = { string: 0, int: 1, bigDecimal: 2, bool: 3, array: 4, null: 5, bytes: 6, bigInt: 7, int8: 8, timestamp: 9 } as const;
const KIND_NAMES = ['a String', 'an Int', 'a BigDecimal', 'a Boolean', 'a list', 'null', 'Bytes', 'a BigInt', 'an Int8', 'a Timestamp'];

/** The kind that a value of each field has in memory. */
const KIND_OF = { ID: Kind.string, String: Kind.string, Enum: Kind.string, Bytes: Kind.bytes, Int: Kind.int, Int8: Kind.int8, Timestamp: Kind.timestamp, BigInt: Kind.bigInt, BigDecimal: Kind.bigDecimal, Boolean: Kind.bool } as const;

/** The fields that the mapping has set; a null stands for itself. @throws TypeError for what the schema does not have */
export function readEntity(heap: Heap, pointer: number, model: EntityModel): EntityData {
  const data: Record<string, FieldValue> = {};
  for (const entry of heap.pointers(heap.word(pointer))) {
    const name = heap.text(heap.word(entry));
    const field = model.byName.get(name);
    if (field === undefined) throw new TypeError(`${model.name} has no field ${name}`);
    data[name] = readField(heap, heap.word(entry + 4), field, model.name);
  }
  return data;
}

function readField(heap: Heap, pointer: number, field: FieldModel, owner: string): FieldValue {
  const kind = heap.word(pointer);
  if (kind === Kind.null) return null;
  if (!field.isList) return readScalar(heap, pointer, field, owner);
  if (kind !== Kind.array) throw mismatch(kind, field, owner);
  return heap.pointers(heap.word(pointer + 8)).map((item) => readScalar(heap, item, field, owner));
}

function readScalar(heap: Heap, pointer: number, field: FieldModel, owner: string): Scalar {
  const kind = heap.word(pointer);
  const data = heap.word(pointer + 8);
  const wanted = KIND_OF[field.kind];
  // Ids of every kind travel as text where a mapping says so, and an Int is a BigInt's smaller sister.
  if (kind !== wanted && !(field.kind === 'ID' && kind === Kind.bytes) && !(field.kind === 'Bytes' && kind === Kind.string)) throw mismatch(kind, field, owner);
  switch (kind) {
    case Kind.string: return field.kind === 'Bytes' ? heap.text(data).toLowerCase() : checkText(heap.text(data));
    case Kind.bytes: return heap.hex(data);
    case Kind.int: return heap.view.getInt32(pointer + 8, true);
    case Kind.int8:
    case Kind.timestamp: return heap.view.getBigInt64(pointer + 8, true);
    case Kind.bool: return data !== 0;
    case Kind.bigInt: return readBigInt(heap, data);
    default: return formatDecimal(readDecimal(heap, data));
  }
}

/** PostgreSQL has no text with a zero in it, nor with half a surrogate pair: the one is left out, as graph-node does, the other replaced. */
function checkText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

function mismatch(kind: number, { name, kind: wanted, isList }: FieldModel, owner: string): TypeError {
  return new TypeError(`${owner}.${name} is ${isList ? `a list of ${wanted}` : wanted} and was set to ${KIND_NAMES[kind] ?? `a value of kind ${kind}`}`);
}

/** A TypedMap of text to values; nulls are left out. */
export function putEntity(heap: Heap, data: EntityData, model: EntityModel): number {
  const entries: number[] = [];
  for (const field of model.fields) {
    const value = data[field.name];
    if (value === undefined || value === null) continue;
    entries.push(heap.fields(TypeId.TypedMapEntryStringStoreValue, [heap.putText(field.name), putField(heap, value, field)]));
  }
  return heap.fields(TypeId.TypedMapStringStoreValue, [heap.putPointers(TypeId.ArrayTypedMapEntryStringStoreValue, entries)]);
}

function putField(heap: Heap, value: FieldValue, field: FieldModel): number {
  if (!field.isList) return putScalar(heap, value as Scalar, field);
  const items = (value as readonly Scalar[]).map((item) => putScalar(heap, item, field));
  return heap.tagged(TypeId.StoreValue, Kind.array, heap.putPointers(TypeId.ArrayStoreValue, items));
}

function putScalar(heap: Heap, value: Scalar, { kind }: Pick<FieldModel, 'kind'>): number {
  switch (kind) {
    case 'Int': return heap.tagged(TypeId.StoreValue, Kind.int, BigInt(value));
    case 'Int8': return heap.tagged(TypeId.StoreValue, Kind.int8, value as bigint);
    case 'Timestamp': return heap.tagged(TypeId.StoreValue, Kind.timestamp, value as bigint);
    case 'Boolean': return heap.tagged(TypeId.StoreValue, Kind.bool, value === true ? 1 : 0);
    case 'Bytes': return heap.tagged(TypeId.StoreValue, Kind.bytes, heap.putHex(value as string));
    case 'BigInt': return heap.tagged(TypeId.StoreValue, Kind.bigInt, putBigInt(heap, value as bigint));
    case 'BigDecimal': return heap.tagged(TypeId.StoreValue, Kind.bigDecimal, putDecimal(heap, parseDecimal(value as string)));
    default: return heap.tagged(TypeId.StoreValue, Kind.string, heap.putText(value as string));
  }
}

const CONTEXT_KINDS = { Bool: 'Boolean', String: 'String', Int: 'Int', Int8: 'Int8', BigDecimal: 'BigDecimal', Bytes: 'Bytes', BigInt: 'BigInt' } as const;

/** What the manifest says to one data source. */
export function putContext(heap: Heap, context: Readonly<Record<string, ContextData>>): number {
  const entries = Object.entries(context).map(([name, { type, data }]) => {
    const kind = CONTEXT_KINDS[type];
    const value: Scalar = kind === 'BigInt' || kind === 'Int8' ? BigInt(data) : kind === 'Int' ? Number(data) : kind === 'Boolean' ? data === true || data === 'true' : String(data);
    return heap.fields(TypeId.TypedMapEntryStringStoreValue, [heap.putText(name), putScalar(heap, value, { kind })]);
  });
  return heap.fields(TypeId.TypedMapStringStoreValue, [heap.putPointers(TypeId.ArrayTypedMapEntryStringStoreValue, entries)]);
}
