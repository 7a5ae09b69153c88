import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Comparison {
  readonly files: number;
  readonly folders: number;
  readonly symlinks: number;
  readonly bytes: number;
  /** One line each; empty when both trees are the same in every name, byte, mode and link. */
  readonly differences: readonly string[];
}

interface Seen {
  readonly kind: 'file' | 'folder' | 'symlink';
  /** Permission bits; a symlink has none of its own. */
  readonly mode: number;
  readonly bytes: number;
  /** SHA-256 of a file, target of a symlink. */
  readonly content: string;
}

const SHOWN = 20;

/** Compares every byte, name, permission and link of two folders. */
export async function compareTrees(expected: string, actual: string): Promise<Comparison> {
  const [want, have] = await Promise.all([look(expected), look(actual)]);
  const differences: string[] = [];
  for (const [path, one] of want) {
    const other = have.get(path);
    if (other === undefined) differences.push(`${JSON.stringify(path)} is missing`);
    else if (other.kind !== one.kind) differences.push(`${JSON.stringify(path)} is a ${other.kind}, not a ${one.kind}`);
    else if (other.content !== one.content) differences.push(`${JSON.stringify(path)} has other content`);
    else if (other.mode !== one.mode) differences.push(`${JSON.stringify(path)} has mode ${other.mode.toString(8)}, not ${one.mode.toString(8)}`);
  }
  for (const path of have.keys()) if (!want.has(path)) differences.push(`${JSON.stringify(path)} should not be there`);
  const all = [...want.values()];
  const count = (kind: Seen['kind']) => all.filter((one) => one.kind === kind).length;
  return {
    files: count('file'),
    folders: count('folder'),
    symlinks: count('symlink'),
    bytes: all.reduce((sum, one) => sum + one.bytes, 0),
    differences: differences.slice(0, SHOWN),
  };
}

async function look(folder: string): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    seen.set(relative(folder, path), await describe(path));
  }
  return seen;
}

async function describe(path: string): Promise<Seen> {
  const info = await lstat(path);
  if (info.isSymbolicLink()) return { kind: 'symlink', mode: 0, bytes: 0, content: await readlink(path) };
  const mode = info.mode & 0o7777;
  if (info.isDirectory()) return { kind: 'folder', mode, bytes: 0, content: '' };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { kind: 'file', mode, bytes: info.size, content: hash.digest('hex') };
}
