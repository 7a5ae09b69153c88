/** dag-cbor, read by somebody who trusts nothing: every value is checked for its type and bounds before it is used. */
import { decode, decodeOptions } from '@ipld/dag-cbor';
import { Tokenizer, Type, decodeFirst } from 'cborg';
import { MalformedError } from './format-errors.ts';

export const U32_MAX = 0xffff_ffff;

/** `what` names the format in errors. */
export function decodeCbor(what: string, bytes: Uint8Array): Reader {
  try {
    return new Reader(what, 'it', decode(bytes));
  } catch (cause) {
    throw new MalformedError(what, 'it is not dag-cbor', { cause });
  }
}

/** Told of the rows of a list, one by one, and of the fields in front of it. */
export type TakeRow<K extends string> = (row: Reader, before: Partial<Readonly<Record<K, Reader>>>) => void;

/**
 * As `decodeCbor(what, bytes).fields(...keys)` for a map in dag-cbor's order, whose field `rows` is a list that may be too long to be there as objects: each of its
 * rows is given to `take`, and the list is empty in what is returned.
 */
export function decodeCborRows<const K extends string>(what: string, bytes: Uint8Array, options: { readonly fields: readonly K[]; readonly rows: K; readonly take: TakeRow<K> }): { [key in K]: Reader } {
  const { fields, rows, take } = options;
  const cursor = new Cursor(what, bytes);
  const found: Partial<Record<K, Reader>> = {};
  const count = cursor.head(Type.map);
  if (count !== fields.length) cursor.fail(`has not the fields ${fields.join(', ')}`);
  let before = '';
  for (let i = 0; i < count; i++) {
    const key = cursor.next();
    const known = fields.find((field) => field === key) ?? cursor.fail(`has not the fields ${fields.join(', ')}`);
    if (i > 0 && (known.length < before.length || (known.length === before.length && known <= before))) cursor.fail('has fields that are not in order');
    before = known;
    if (known !== rows) {
      found[known] = new Reader(what, `it.${known}`, cursor.next());
      continue;
    }
    for (let row = 0, rowCount = cursor.head(Type.array); row < rowCount; row++) take(new Reader(what, `it.${known}[${row}]`, cursor.next()), found);
    found[known] = new Reader(what, `it.${known}`, []);
  }
  cursor.end();
  return found as { [key in K]: Reader };
}

/** One value after the other. */
class Cursor {
  readonly #what: string;
  #rest: Uint8Array;

  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#rest = bytes;
  }

  fail(why: string): never {
    throw new MalformedError(this.#what, `it ${why}`);
  }

  /** How many there are in the list or map that begins here. */
  head(type: Type): number {
    const token = this.#read(() => new Tokenizer(this.#rest, decodeOptions).next());
    if (token.type !== type || !Number.isSafeInteger(token.value)) this.fail(`has no ${type.name} where one should be`);
    this.#rest = this.#rest.subarray(token.encodedLength);
    return token.value as number;
  }

  next(): unknown {
    const [value, rest] = this.#read(() => decodeFirst(this.#rest, decodeOptions) as [unknown, Uint8Array]);
    this.#rest = rest;
    return value;
  }

  end(): void {
    if (this.#rest.length > 0) this.fail('goes on behind its end');
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw new MalformedError(this.#what, 'it is not dag-cbor', { cause });
    }
  }
}

/** A decoded value with the path to it, for messages. */
export class Reader {
  readonly #what: string;
  readonly #where: string;
  readonly #value: unknown;

  constructor(what: string, where: string, value: unknown) {
    this.#what = what;
    this.#where = where;
    this.#value = value;
  }

  fail(why: string): never {
    throw new MalformedError(this.#what, `${this.#where} ${why}`);
  }

  isNull(): boolean {
    return this.#value === null;
  }

  isInteger(): boolean {
    return typeof this.#value === 'number';
  }

  isList(): boolean {
    return Array.isArray(this.#value);
  }

  integer(min: number, max: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return this.fail('is not an integer');
    if (value < min || value > max) return this.fail(`is not between ${min} and ${max}`);
    return value;
  }

  /** A list of integers, without one reader for each. */
  integers(min: number, max: number): number[] {
    const value = this.#value;
    if (!Array.isArray(value)) return this.fail('is not a list');
    for (const item of value) if (!Number.isSafeInteger(item) || item < min || item > max) return this.fail('holds an impossible number');
    return value as number[];
  }

  text(maxChars: number): string {
    const value = this.#value;
    if (typeof value !== 'string') return this.fail('is not text');
    if (value.length > maxChars) return this.fail(`is longer than ${maxChars} characters`);
    return value;
  }

  /** Of any length when `sizeBytes` is left out. */
  bytes(sizeBytes?: number): Uint8Array {
    const value = this.#value;
    if (!(value instanceof Uint8Array)) return this.fail('is not bytes');
    if (sizeBytes !== undefined && value.length !== sizeBytes) return this.fail(`has not ${sizeBytes} bytes`);
    return value;
  }

  oneOf<const T extends string | number>(...choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.#value);
    return found === undefined ? this.fail(`is none of ${choices.join(', ')}`) : found;
  }

  /** The items of a list. */
  list(): Reader[] {
    const value = this.#value;
    if (!Array.isArray(value)) return this.fail('is not a list');
    return value.map((item, i) => new Reader(this.#what, `${this.#where}[${i}]`, item));
  }

  /** A list of exactly `length` items. */
  tuple(length: number): Reader[] {
    const items = this.list();
    return items.length === length ? items : this.fail(`has not ${length} items`);
  }

  /** A map with exactly these keys: an unknown key is as wrong as a missing one. */
  fields<const K extends string>(...keys: readonly K[]): { [key in K]: Reader } {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) return this.fail('is not a map');
    const found = new Map(Object.entries(value));
    if (found.size !== keys.length) return this.fail(`has not the fields ${keys.join(', ')}`);
    const readers = keys.map((key) => {
      if (!found.has(key)) return this.fail(`has no field ${key}`);
      return [key, new Reader(this.#what, `${this.#where}.${key}`, found.get(key))] as const;
    });
    return Object.fromEntries(readers) as { [key in K]: Reader };
  }
}
