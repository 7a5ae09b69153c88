/** Files that somebody chose or dropped, as the source of an upload. They are read piece by piece, when their turn comes. */
import type { SourceObject } from '../../codec/archive.ts';
import { UnreadableSourceError } from '../../codec/format-errors.ts';
import { mapAhead } from '../../codec/map-ahead.ts';
import type { WalkProblem } from '../../codec/walk-node.ts';
import { HoldfastError } from '../../wire/errors.ts';
import type { Source } from '../source.ts';

/** A file under a path of one's own. */
export interface PathedFile {
  readonly path: string;
  readonly file: File;
}

/** What inputs, drag and drop, and pickers give. */
export type PageItem = File | PathedFile | FileSystemEntry | FileSystemHandle;

/** The browser lets nobody read a file that is not the one that was chosen. */
export class FileChangedError extends HoldfastError {
  constructor(path: string, cause: unknown) {
    super('SOURCE_CHANGED', `The file ${JSON.stringify(path)} vanished, or was changed since it was chosen.`, { cause, retryable: true, details: { path }, nextStep: 'Choose it again when nobody writes to it; what was stored of the rest is not sent again.' });
  }
}

const READ_BYTES = 1 << 20;
const READS_AHEAD = 4;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

type OnProblem = ((problem: WalkProblem) => void) | undefined;

/** One thing to store: `file` undefined for a folder that holds nothing. */
interface Found {
  readonly path: string;
  readonly file?: File;
}

/**
 * One folder: what it holds. One file, or several things: each under its own name. Names in ascending order, so that the same files are the same upload. Files of an
 * input with `webkitdirectory` are taken as the folder that they came from. What cannot be read is left out and told as a problem.
 * @throws HoldfastError SAME_PATH while it is walked, when two files have one path
 */
export function filesSource(items: Iterable<PageItem> | ArrayLike<PageItem>): Source {
  const list = Array.from(items);
  return {
    async *open(onProblem) {
      const found: Found[] = [];
      for (const item of list) for await (const one of walk(item, list.length === 1, onProblem)) found.push(one);
      const objects = withoutCommonFolder(found, list).sort((a, b) => (a.path < b.path ? -1 : 1));
      for (const [i, { path, file }] of objects.entries()) {
        if (objects[i + 1]?.path === path) throw new HoldfastError('SAME_PATH', `Two of the files are called ${JSON.stringify(path)}.`, { details: { path }, nextStep: 'Rename one, or store them under two names.' });
        yield file === undefined ? emptyFolder(path) : objectOf(path, file, onProblem);
      }
    },
  };
}

async function* walk(item: PageItem, isOnly: boolean, onProblem: OnProblem): AsyncGenerator<Found, void> {
  if (item instanceof File) return yield { path: item.webkitRelativePath === '' ? item.name : item.webkitRelativePath, file: item };
  if ('file' in item && item.file instanceof File) return yield { path: (item as PathedFile).path, file: item.file };
  if ('kind' in item) return yield* walkHandle(item, isOnly ? '' : item.name, onProblem);
  yield* walkEntry(item as FileSystemEntry, isOnly ? '' : (item as FileSystemEntry).name, onProblem);
}

/** `path` '' for the folder whose contents are wanted; a file then has its own name. */
async function* walkHandle(handle: FileSystemHandle, path: string, onProblem: OnProblem): AsyncGenerator<Found, void> {
  if (handle.kind === 'file') {
    const file = await reading(path || handle.name, onProblem, () => (handle as FileSystemFileHandle).getFile());
    if (file !== undefined) yield { path: path || handle.name, file };
    return;
  }
  const children = await reading(path, onProblem, () => handlesOf(handle as FileSystemDirectoryHandle));
  yield* walkAll(children, path, (child, at) => walkHandle(child, at, onProblem));
}

async function* walkEntry(entry: FileSystemEntry, path: string, onProblem: OnProblem): AsyncGenerator<Found, void> {
  if (entry.isFile) {
    const file = await reading(path || entry.name, onProblem, () => new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    if (file !== undefined) yield { path: path || entry.name, file };
    return;
  }
  const children = await reading(path, onProblem, () => entriesOf(entry as FileSystemDirectoryEntry));
  yield* walkAll(children, path, (child, at) => walkEntry(child, at, onProblem));
}

async function* walkAll<T extends { readonly name: string }>(children: readonly T[] | undefined, path: string, walkOne: (child: T, path: string) => AsyncGenerator<Found, void>): AsyncGenerator<Found, void> {
  if (children === undefined) return;
  if (children.length === 0 && path !== '') yield { path };
  for (const child of children) yield* walkOne(child, path === '' ? child.name : `${path}/${child.name}`);
}

async function handlesOf(folder: FileSystemDirectoryHandle): Promise<FileSystemHandle[]> {
  const all: FileSystemHandle[] = [];
  for await (const handle of folder.values()) all.push(handle);
  return all;
}

/** A reader gives some at a time, until it gives none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function reading<T>(path: string, onProblem: OnProblem, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (cause) {
    onProblem?.({ path, reason: 'unreadable', cause: new FileChangedError(path, cause) });
    return undefined;
  }
}

/** An input with `webkitdirectory` names the chosen folder in each path; a chosen folder means what it holds. */
function withoutCommonFolder(found: readonly Found[], items: readonly PageItem[]): Found[] {
  const isFolderInput = items.length > 0 && items.every((item) => item instanceof File && item.webkitRelativePath !== '');
  const folder = found[0]?.path.split('/')[0];
  if (!isFolderInput || folder === undefined || !found.every(({ path }) => path.startsWith(`${folder}/`))) return [...found];
  return found.map((one) => ({ ...one, path: one.path.slice(folder.length + 1) }));
}

function objectOf(path: string, file: File, onProblem: OnProblem): SourceObject {
  return { path, kind: 'file', mode: FILE_MODE, mtimeMs: Math.floor(file.lastModified), size: file.size, open: () => bytesOf(path, file, onProblem) };
}

/** Slices, not `stream()`: that comes in pieces of 64 KiB, one message of the browser's for each. */
async function* bytesOf(path: string, file: File, onProblem: OnProblem): AsyncGenerator<Uint8Array, void> {
  const starts = Array.from({ length: Math.ceil(file.size / READ_BYTES) }, (_, i) => i * READ_BYTES);
  try {
    for await (const bytes of mapAhead(starts, READS_AHEAD, (start) => file.slice(start, start + READ_BYTES).arrayBuffer())) yield new Uint8Array(bytes);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const cause = new FileChangedError(path, error);
    onProblem?.({ path, reason: 'unreadable', cause });
    throw new UnreadableSourceError(path, cause);
  }
}

/** Browsers tell no times of folders. */
function emptyFolder(path: string): SourceObject {
  return { path, kind: 'folder', mode: FOLDER_MODE, mtimeMs: 0, size: 0, open: nothing };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
