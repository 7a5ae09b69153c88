/**
 * The memory of a compiled mapping, as AssemblyScript lays it out: a pointer is the first byte of an object's fields, the class id lies 8 bytes before it and the size 4.
 * Text is UTF-16; a Uint8Array is {buffer, dataStart, byteLength}, an Array the same with its length behind; every field of a class is 4 bytes but for 64-bit numbers.
 */
import { TypeId } from './type-ids.ts';

/** What every mapping exports, besides its handlers. */
export interface MappingExports {
  readonly memory: WebAssembly.Memory;
  __new(sizeBytes: number, classId: number): number;
  id_of_type(type: number): number;
  _start?(): void;
}

/** A mapping that holds more than this has lost its way. */
const ITEMS_MAX = 1_000_000;
const BYTES_MAX = 64 * 2 ** 20;

export class Heap {
  readonly #exports: MappingExports;
  readonly #ids = new Map<TypeId, number>();
  #view: DataView;
  #bytes: Buffer;

  constructor(exports: MappingExports) {
    this.#exports = exports;
    this.#view = new DataView(exports.memory.buffer);
    this.#bytes = Buffer.from(exports.memory.buffer);
  }

  get sizeBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Memory that grows is another buffer. */
  get view(): DataView {
    this.#follow();
    return this.#view;
  }

  #follow(): void {
    const { buffer } = this.#exports.memory;
    if (this.#view.buffer === buffer) return;
    this.#view = new DataView(buffer);
    this.#bytes = Buffer.from(buffer);
  }

  alloc(sizeBytes: number, type: TypeId): number {
    let id = this.#ids.get(type);
    if (id === undefined) this.#ids.set(type, (id = this.#exports.id_of_type(type)));
    const pointer = this.#exports.__new(sizeBytes, id) >>> 0;
    this.#follow();
    return pointer;
  }

  /** An object whose fields are pointers, or numbers of 32 bits. */
  fields(type: TypeId, values: readonly number[]): number {
    const pointer = this.alloc(values.length * 4, type);
    for (const [i, value] of values.entries()) this.#view.setUint32(pointer + i * 4, value, true);
    return pointer;
  }

  /** {kind: i32, data: u64}, as values of the store, of JSON and of the chain are. */
  tagged(type: TypeId, kind: number, data: number | bigint): number {
    const pointer = this.alloc(16, type);
    this.#view.setInt32(pointer, kind, true);
    if (typeof data === 'bigint') this.#view.setBigInt64(pointer + 8, BigInt.asIntN(64, data), true);
    else this.#view.setBigUint64(pointer + 8, BigInt(data >>> 0), true);
    return pointer;
  }

  word(pointer: number): number {
    return this.view.getUint32(pointer, true);
  }

  text(pointer: number): string {
    const size = this.word(pointer - 4);
    if (size > BYTES_MAX) throw new RangeError('text of more than 64 MiB');
    return this.#bytes.toString('utf16le', pointer, pointer + size);
  }

  putText(text: string): number {
    const pointer = this.alloc(text.length * 2, TypeId.String);
    this.#bytes.write(text, pointer, 'utf16le');
    return pointer;
  }

  /** A copy. */
  bytes(pointer: number): Uint8Array {
    const start = this.word(pointer + 4);
    const size = this.word(pointer + 8);
    if (size > BYTES_MAX) throw new RangeError('more than 64 MiB of bytes');
    return new Uint8Array(this.#bytes.subarray(start, start + size));
  }

  hex(pointer: number): `0x${string}` {
    const start = this.word(pointer + 4);
    return `0x${this.#bytes.toString('hex', start, start + this.word(pointer + 8))}`;
  }

  putBytes(bytes: Uint8Array): number {
    const buffer = this.alloc(bytes.length, TypeId.ArrayBuffer);
    this.#bytes.set(bytes, buffer);
    return this.fields(TypeId.Uint8Array, [buffer, buffer, bytes.length]);
  }

  putHex(hex: string): number {
    return this.putBytes(Buffer.from(hex.slice(2), 'hex'));
  }

  pointers(array: number): number[] {
    const start = this.word(array + 4);
    const length = this.word(array + 12);
    if (length > ITEMS_MAX) throw new RangeError('a list of more than a million items');
    return Array.from({ length }, (_, i) => this.word(start + i * 4));
  }

  putPointers(type: TypeId, pointers: readonly number[]): number {
    const buffer = this.fields(TypeId.ArrayBuffer, pointers);
    return this.fields(type, [buffer, buffer, pointers.length * 4, pointers.length]);
  }
}
