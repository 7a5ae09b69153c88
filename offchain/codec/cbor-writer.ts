/** dag-cbor as it is written: rows as they come, whole or in pieces, so that a list of a hundred thousand is nowhere as objects, nor its bytes in one place. */
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

/** A byte string that need not exist in one place. */
export interface ByteParts extends Iterable<Uint8Array> {
  readonly sizeBytes: number;
}

type Fields = Readonly<Record<string, unknown>>;

const MAJOR = { integer: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5 } as const;
const NULL = 0xf6;
const U32 = 2 ** 32;
const FIRST_BYTES = 1024;
const encoder = new TextEncoder();
const HEAD_BYTES_MAX = 9;
const PIECE_BYTES = 64 << 10;

/** Null, safe integers, text, bytes (arrays and `ByteParts`), lists (arrays and other `Rows`) and maps (plain objects): what the formats here are made of. */
export function encodeCbor(value: unknown): Uint8Array {
  const writer = new CborWriter();
  writer.write(value);
  return writer.finish();
}

/** The same bytes in pieces of some 64 KiB; a row is in one piece. Each is valid until the next one is asked for. */
export function* encodeCborPieces(value: unknown): Generator<Uint8Array, void> {
  const writer = new CborWriter();
  yield* writer.pieces(value);
  yield writer.finish();
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
      this.#append(value);
    } else if (isByteParts(value)) for (const part of this.#partsOf(value)) this.#append(part);
    else if (isRows(value)) for (const row of this.#rowsOf(value)) this.write(row);
    else if (typeof value === 'object') for (const one of this.#valuesOf(value as Fields)) this.write(one);
    else throw new CodecInputError(`dag-cbor as it is used here has no ${typeof value}`);
  }

  /** As `write`, but what is full is given out: of maps, of lists in them, and of long byte strings; a row of a list is written whole. */
  *pieces(value: unknown): Generator<Uint8Array, void> {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) this.write(value);
    else if (isByteParts(value)) {
      for (const part of this.#partsOf(value)) {
        this.#append(part);
        yield* this.#full();
      }
    } else if (Array.isArray(value)) for (const one of this.#rowsOf(value)) yield* this.pieces(one);
    else if (isRows(value)) {
      for (const row of this.#rowsOf(value)) {
        this.write(row);
        yield* this.#full();
      }
    } else for (const one of this.#valuesOf(value as Fields)) yield* this.pieces(one);
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  *#full(): Generator<Uint8Array, void> {
    if (this.#end < PIECE_BYTES) return;
    yield this.finish();
    this.#end = 0;
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

  *#partsOf(parts: ByteParts): Generator<Uint8Array, void> {
    this.#head(MAJOR.bytes, parts.sizeBytes);
    let sizeBytes = 0;
    for (const part of parts) {
      sizeBytes += part.length;
      yield part;
    }
    if (sizeBytes !== parts.sizeBytes) throw new CodecInputError(`a byte string of ${parts.sizeBytes} bytes gave ${sizeBytes}`);
  }

  *#rowsOf(rows: Rows<unknown>): Generator<unknown, void> {
    this.#head(MAJOR.list, rows.length);
    let count = 0;
    for (const row of rows) {
      yield row;
      count++;
    }
    if (count !== rows.length) throw new CodecInputError(`a list of ${rows.length} rows gave ${count}`);
  }

  /** Keys in dag-cbor's order, shorter ones first, then by their bytes: each is written, and its value given out to be written. */
  *#valuesOf(map: Fields): Generator<unknown, void> {
    const keys = Object.keys(map).map((key) => ({ key, bytes: encoder.encode(key) }));
    keys.sort((a, b) => a.bytes.length - b.bytes.length || compare(a.bytes, b.bytes));
    this.#head(MAJOR.map, keys.length);
    for (const { key } of keys) {
      this.#text(key);
      yield map[key];
    }
  }

  #append(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
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

function isByteParts(value: unknown): value is ByteParts {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'sizeBytes' in value;
}

function isRows(value: unknown): value is Rows<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'length' in value;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
