/** dag-cbor as it is written: straight into one growing array, rows as they come, so that a list of a hundred thousand is nowhere as objects. */
import { CodecInputError } from './format-errors.ts';

/** A list that need not exist as an array: `length` rows, made while they are asked for. */
export interface Rows<T> extends Iterable<T> {
  readonly length: number;
}

/** The same rows, each as `change` makes it. */
export function mapRows<T, R>(rows: Rows<T>, change: (row: T, index: number) => R): Rows<R> {
  return {
    length: rows.length,
    *[Symbol.iterator]() {
      let index = 0;
      for (const row of rows) yield change(row, index++);
    },
  };
}

const MAJOR = { integer: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5 } as const;
const NULL = 0xf6;
const U32 = 2 ** 32;
const FIRST_BYTES = 1024;
const encoder = new TextEncoder();
const HEAD_BYTES_MAX = 9;

/** Null, safe integers, text, bytes, lists (arrays and other `Rows`) and maps (plain objects): what the formats here are made of. */
export function encodeCbor(value: unknown): Uint8Array {
  const writer = new CborWriter();
  writer.write(value);
  return writer.finish();
}

class CborWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  write(value: unknown): void {
    if (value === null) {
      this.#ensure(1);
      this.#bytes[this.#end++] = NULL;
    } else if (typeof value === 'number') this.#integer(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Uint8Array) {
      this.#head(MAJOR.bytes, value.length);
      this.#ensure(value.length);
      this.#bytes.set(value, this.#end);
      this.#end += value.length;
    } else if (isRows(value)) this.#list(value);
    else if (typeof value === 'object') this.#map(value as Readonly<Record<string, unknown>>);
    else throw new CodecInputError(`dag-cbor as it is used here has no ${typeof value}`);
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value)) throw new CodecInputError(`${value} is not a whole number that can be written exactly`);
    if (value >= 0) this.#head(MAJOR.integer, value);
    else this.#head(MAJOR.negative, -1 - value);
  }

  #text(text: string): void {
    // Three bytes for each UTF-16 unit is the most that UTF-8 takes; the head is as long as the real length needs.
    const most = 3 * text.length;
    this.#ensure(HEAD_BYTES_MAX + most);
    const guess = headBytes(text.length);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#end + guess, this.#end + guess + most));
    const needed = headBytes(written);
    if (needed !== guess) this.#bytes.copyWithin(this.#end + needed, this.#end + guess, this.#end + guess + written);
    this.#head(MAJOR.text, written);
    this.#end += written;
  }

  #list(rows: Rows<unknown>): void {
    this.#head(MAJOR.list, rows.length);
    let count = 0;
    for (const row of rows) {
      this.write(row);
      count++;
    }
    if (count !== rows.length) throw new CodecInputError(`a list of ${rows.length} rows gave ${count}`);
  }

  /** Keys in dag-cbor's order: shorter ones first, then by their bytes. */
  #map(map: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(map).map((key) => ({ key, bytes: encoder.encode(key) }));
    keys.sort((a, b) => a.bytes.length - b.bytes.length || compare(a.bytes, b.bytes));
    this.#head(MAJOR.map, keys.length);
    for (const { key } of keys) {
      this.#text(key);
      this.write(map[key]);
    }
  }

  #head(major: number, value: number): void {
    this.#ensure(HEAD_BYTES_MAX);
    const top = major << 5;
    const size = headBytes(value);
    if (size === 1) this.#bytes[this.#end] = top | value;
    else if (size === 2) this.#view.setUint16(this.#end, ((top | 24) << 8) | value);
    else {
      this.#bytes[this.#end] = top | (size === 3 ? 25 : size === 5 ? 26 : 27);
      if (size === 3) this.#view.setUint16(this.#end + 1, value);
      else if (size === 5) this.#view.setUint32(this.#end + 1, value);
      else {
        this.#view.setUint32(this.#end + 1, Math.floor(value / U32));
        this.#view.setUint32(this.#end + 5, value % U32);
      }
    }
    this.#end += size;
  }

  #ensure(sizeBytes: number): void {
    if (this.#end + sizeBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#end + sizeBytes, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function headBytes(value: number): number {
  return value < 24 ? 1 : value < 0x100 ? 2 : value < 0x1_0000 ? 3 : value < U32 ? 5 : 9;
}

function isRows(value: unknown): value is Rows<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'length' in value;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
