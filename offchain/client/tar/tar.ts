/** Objects as one tar stream (POSIX.1-2001): what GNU tar, bsdtar and Python read. */
import type { ObjectInfo, SourceObject } from '../../codec/archive.ts';
import { concat, utf8 } from '../../codec/bytes.ts';
import { UnreadableSourceError } from '../../codec/format-errors.ts';
import { HoldfastError } from '../../wire/errors.ts';

const BLOCK = 512;
/** What eleven octal digits can say; larger sizes stand in the extended header only. */
const OCTAL_SIZE_MAX = 0o77777777777;
const TYPES = { file: '0', symlink: '2', folder: '5' } as const;

/** A file was of another size when it was read than when it was found: its header is written by then. */
export class SizeChangedError extends HoldfastError {
  constructor(path: string, facts: { readonly found: number; readonly read: number }) {
    super('SOURCE_CHANGED', `${JSON.stringify(path)} changed while it was read: it had ${facts.found} bytes, then ${facts.read}.`, { details: { path, ...facts }, retryable: true, nextStep: 'Run it again when nobody writes to it.' });
  }
}

/** Pieces are valid until the next one is asked for. @throws SizeChangedError */
export async function* tarOf(objects: AsyncIterable<SourceObject>): AsyncGenerator<Uint8Array, void> {
  for await (const object of objects) {
    yield headerOf(object);
    if (object.kind !== 'file') continue;
    yield* bytesOf(object);
    if (padding(object.size) > 0) yield new Uint8Array(padding(object.size));
  }
  yield new Uint8Array(2 * BLOCK);
}

async function* bytesOf(object: SourceObject): AsyncGenerator<Uint8Array, void> {
  const { path, size: found } = object;
  let read = 0;
  try {
    for await (const piece of object.open()) {
      read += piece.length;
      if (read > found) throw new SizeChangedError(path, { found, read });
      yield piece;
    }
  } catch (cause) {
    // Its header is written: it cannot be left out as elsewhere.
    if (cause instanceof UnreadableSourceError) throw new HoldfastError('SOURCE_UNREADABLE', `${JSON.stringify(path)} cannot be read, and a tar cannot do without it any more.`, { cause, nextStep: 'Make it readable, or store the folder without --archive, which leaves such files out.' });
    throw cause;
  }
  if (read !== found) throw new SizeChangedError(path, { found, read });
}

/** Bytes of the whole stream, without reading a file. */
export function tarBytes(infos: Iterable<ObjectInfo>): number {
  let bytes = 2 * BLOCK;
  for (const info of infos) bytes += headerOf(info).length + (info.kind === 'file' ? info.size + padding(info.size) : 0);
  return bytes;
}

/** An extended header that says everything exactly, then an ordinary one for readers that know no extensions. */
function headerOf(info: ObjectInfo): Uint8Array {
  const path = info.kind === 'folder' ? `${info.path}/` : info.path;
  const records = [
    record('path', path),
    record('mtime', mtimeText(info.mtimeMs)),
    ...(info.target === undefined ? [] : [record('linkpath', info.target)]),
    ...(info.size > OCTAL_SIZE_MAX ? [record('size', String(info.size))] : []),
  ].join('');
  const extended = utf8(records);
  return concat(
    ustar({ name: 'PaxHeader', type: 'x', mode: 0o644, size: extended.length, mtime: 0, target: '' }),
    extended,
    new Uint8Array(padding(extended.length)),
    ustar({ name: path, type: TYPES[info.kind], mode: info.mode & 0o777, size: info.kind === 'file' ? info.size : 0, mtime: Math.max(0, Math.floor(info.mtimeMs / 1000)), target: info.target ?? '' }),
  );
}

function ustar({ name, type, mode, size, mtime, target }: { name: string; type: string; mode: number; size: number; mtime: number; target: string }): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (value: string, at: number, bytes: number): void => block.set(utf8(value).subarray(0, bytes), at);
  const octal = (value: number, at: number, digits: number): void => text(`${Math.min(value, 8 ** digits - 1).toString(8).padStart(digits, '0')}\0`, at, digits + 1);
  text(name, 0, 100);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(mtime, 136, 11);
  text(' '.repeat(8), 148, 8);
  text(type, 156, 1);
  text(target, 157, 100);
  text('ustar\x0000', 257, 8);
  text(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

/** "LENGTH KEY=VALUE\n", where LENGTH counts itself too. */
function record(key: string, value: string): string {
  const rest = utf8(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function mtimeText(mtimeMs: number): string {
  return (mtimeMs / 1000).toFixed(3);
}

function padding(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
}
