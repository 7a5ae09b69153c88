import { basename, dirname } from 'node:path';
import type { FileFacts, FileLayer, OpenFile } from '../../offchain/store/files.ts';
import { errorOf, FaultPlan, KilledError } from './faults.ts';

const PAGE = 4_096;

interface File {
  readonly kind: 'file';
  bytes: Uint8Array;
  /** As it was when it was last synced. */
  durable: Uint8Array;
  modifiedMs: number;
}

interface Folder {
  readonly kind: 'folder';
  entries: Map<string, Node>;
  /** What a sync of the folder made sure of, and what happened since. */
  durable: Map<string, Node>;
  pending: { readonly name: string; readonly node: Node | undefined }[];
}

type Node = File | Folder;

/** lose: all that was not synced. keep: nothing. A number: the seed by which pages and renames are kept or lost, one by one. */
export type CrashMode = 'lose' | 'keep' | number;

/**
 * A file system in memory that forgets what was not synced. A file's pages are durable once the file was synced, its names once the folder
 * was; a rename between two folders is two changes, each of which may be lost alone: worse than any real file system.
 */
export class FaultyFiles implements FileLayer {
  readonly plan: FaultPlan;
  readonly #root: Folder;
  free = 10n ** 12n;

  constructor(plan: FaultPlan, root: Folder = newFolder()) {
    this.plan = plan;
    this.#root = root;
  }

  /** What the next process finds. */
  crash(mode: CrashMode): FaultyFiles {
    const random = typeof mode === 'number' ? generator(mode) : () => (mode === 'keep' ? 0 : 1);
    return new FaultyFiles(this.plan, survivors(this.#root, random, new Map()) as Folder);
  }

  async open(path: string, mode: 'r' | 'r+' | 'wx+'): Promise<OpenFile> {
    this.#call(`open ${mode}`, mode === 'wx+');
    const folder = this.#folderOf(path);
    const known = folder.entries.get(basename(path));
    if (mode !== 'wx+') {
      if (known === undefined) throw coded('ENOENT', path);
      if (known.kind === 'folder') throw coded('EISDIR', path);
      return new FaultyFile(this, known);
    }
    if (known !== undefined) throw coded('EEXIST', path);
    const file: File = { kind: 'file', bytes: new Uint8Array(), durable: new Uint8Array(), modifiedMs: Date.now() };
    this.#set(folder, basename(path), file);
    return new FaultyFile(this, file);
  }

  async mkdir(path: string): Promise<void> {
    this.#call('mkdir', true);
    const folder = this.#folderOf(path);
    if (folder.entries.has(basename(path))) throw coded('EEXIST', path);
    this.#set(folder, basename(path), newFolder());
  }

  async readdir(path: string): Promise<string[]> {
    this.#call('readdir');
    return [...this.#folderAt(path).entries.keys()];
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call('rename');
    const node = this.#folderOf(from).entries.get(basename(from));
    if (node === undefined) throw coded('ENOENT', from);
    this.#set(this.#folderOf(to), basename(to), node);
    this.#set(this.#folderOf(from), basename(from), undefined);
  }

  async unlink(path: string): Promise<void> {
    this.#call('unlink');
    const folder = this.#folderOf(path);
    if (folder.entries.get(basename(path))?.kind !== 'file') throw coded('ENOENT', path);
    this.#set(folder, basename(path), undefined);
  }

  async rmdir(path: string): Promise<void> {
    this.#call('rmdir');
    if (this.#folderAt(path).entries.size > 0) throw coded('ENOTEMPTY', path);
    this.#set(this.#folderOf(path), basename(path), undefined);
  }

  async stat(path: string): Promise<FileFacts> {
    this.#call('stat');
    const node = this.#folderOf(path).entries.get(basename(path));
    if (node?.kind !== 'file') throw coded('ENOENT', path);
    return { sizeBytes: node.bytes.length, modifiedMs: node.modifiedMs };
  }

  async syncFolder(path: string): Promise<void> {
    this.#call('syncFolder');
    const folder = this.#folderAt(path);
    folder.durable = new Map(folder.entries);
    folder.pending = [];
  }

  async freeBytes(): Promise<bigint> {
    this.#call('freeBytes');
    return this.free;
  }

  /** Behind the store's back: no call, durable at once. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const node = this.#folderOf(path).entries.get(basename(path));
    if (node?.kind !== 'file') throw coded('ENOENT', path);
    node.bytes = change(node.bytes.slice());
    node.durable = node.bytes;
  }

  erase(path: string): void {
    const folder = this.#folderOf(path);
    folder.entries.delete(basename(path));
    folder.durable.delete(basename(path));
  }

  /** Whole content, without a call; undefined where there is no file. */
  peek(path: string): Uint8Array | undefined {
    try {
      const node = this.#folderOf(path).entries.get(basename(path));
      return node?.kind === 'file' ? node.bytes : undefined;
    } catch {
      return undefined;
    }
  }

  names(path: string): string[] {
    return [...this.#folderAt(path).entries.keys()];
  }

  #call(name: string, isGrowing = false): void {
    const fault = this.plan.next(name, isGrowing);
    if (fault !== undefined) throw errorOf(fault, name);
  }

  #set(folder: Folder, name: string, node: Node | undefined): void {
    if (node === undefined) folder.entries.delete(name);
    else folder.entries.set(name, node);
    folder.pending.push({ name, node });
  }

  #folderOf(path: string): Folder {
    return this.#folderAt(dirname(path));
  }

  #folderAt(path: string): Folder {
    let folder = this.#root;
    for (const part of path.split('/').filter((one) => one !== '')) {
      const next = folder.entries.get(part);
      if (next === undefined) throw coded('ENOENT', path);
      if (next.kind === 'file') throw coded('ENOTDIR', path);
      folder = next;
    }
    return folder;
  }
}

class FaultyFile implements OpenFile {
  readonly #plan: FaultPlan;
  readonly #file: File;

  constructor(files: FaultyFiles, file: File) {
    this.#plan = files.plan;
    this.#file = file;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    this.#call('read');
    const part = this.#file.bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const all = Buffer.concat(pieces);
    const fault = this.#plan.next('write', true);
    // A write that fails or is cut has done half of its work.
    const done = fault === undefined ? all : all.subarray(0, all.length / 2);
    const bytes = new Uint8Array(Math.max(this.#file.bytes.length, position + done.length));
    bytes.set(this.#file.bytes);
    bytes.set(done, position);
    this.#file.bytes = bytes;
    this.#file.modifiedMs = Date.now();
    if (fault !== undefined) throw errorOf(fault, 'write');
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.#call('truncate');
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(this.#file.bytes.subarray(0, sizeBytes));
    this.#file.bytes = bytes;
  }

  async sizeBytes(): Promise<number> {
    this.#call('fstat');
    return this.#file.bytes.length;
  }

  async sync(): Promise<void> {
    this.#call('sync');
    this.#file.durable = this.#file.bytes.slice();
  }

  async close(): Promise<void> {
    const fault = this.#plan.next('close');
    if (fault === 'cut') throw new KilledError();
  }

  #call(name: string): void {
    const fault = this.#plan.next(name);
    if (fault !== undefined) throw errorOf(fault, name);
  }
}

function newFolder(): Folder {
  return { kind: 'folder', entries: new Map(), durable: new Map(), pending: [] };
}

/** `random()` below one half keeps an unsynced change. One file under two names stays one file. */
function survivors(node: Node, random: () => number, seen: Map<Node, Node>): Node {
  const known = seen.get(node);
  if (known !== undefined) return known;
  if (node.kind === 'file') {
    const bytes = pages(node, random);
    const file: File = { kind: 'file', bytes, durable: bytes, modifiedMs: node.modifiedMs };
    seen.set(node, file);
    return file;
  }
  const entries = new Map(node.durable);
  for (const { name, node: changed } of node.pending) {
    if (random() >= 0.5) continue;
    if (changed === undefined) entries.delete(name);
    else entries.set(name, changed);
  }
  const folder = newFolder();
  seen.set(node, folder);
  for (const [name, one] of entries) folder.entries.set(name, survivors(one, random, seen));
  folder.durable = new Map(folder.entries);
  return folder;
}

function pages({ bytes, durable }: File, random: () => number): Uint8Array {
  if (bytes === durable) return durable;
  const result = new Uint8Array(random() < 0.5 ? bytes.length : durable.length);
  for (let at = 0; at < result.length; at += PAGE) {
    result.set((random() < 0.5 ? bytes : durable).subarray(at, Math.min(at + PAGE, result.length)), at);
  }
  return result;
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function coded(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
