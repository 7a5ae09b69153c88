import { cp, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededBytes } from './random.ts';

const INSTALLED = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
/** Real packages, in this order as far as they fit: a large text, compilers, many small files, a native binary. */
const PACKAGES = ['solc/soljson.js', 'typescript', '@openzeppelin', 'react-dom', 'zod', 'ethers', 'commander', 'express'];
const SMALL_FILES = 200;

export interface SourceTree {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  readonly packages: readonly string[];
}

/**
 * Writes a tree like somebody's real data, of at least `sizeBytes`: one large incompressible file, installed packages, copies of
 * some of it, many small files, and every oddity a file system allows.
 */
export async function makeSourceTree(options: { folder: string; sizeBytes: number; seed: string }): Promise<SourceTree> {
  const { folder, sizeBytes, seed } = options;
  await mkdir(folder, { recursive: true });
  await writeRandom(join(folder, 'video.bin'), { sizeBytes: Math.floor((sizeBytes * 3) / 8), seed: `${seed} video` });
  await writeRandom(join(folder, 'photo.raw'), { sizeBytes: Math.floor(sizeBytes / 16), seed: `${seed} photo` });
  await cp(join(folder, 'photo.raw'), join(folder, 'photo (copy).raw'));
  await writeSmallFiles(join(folder, 'notes'));
  await writeOddities(join(folder, 'odd'));
  const packages = await copyPackages(join(folder, 'packages'), sizeBytes - (await sizeOf(folder)).bytes);
  const missing = sizeBytes - (await sizeOf(folder)).bytes;
  if (missing > 0) await writeFile(join(folder, 'journal.txt'), prose(missing));
  const { files, bytes } = await sizeOf(folder);
  return { folder, packages, files, bytes };
}

async function writeRandom(path: string, options: { sizeBytes: number; seed: string }): Promise<void> {
  await writeFile(path, seededBytes(options.seed, options.sizeBytes));
}

async function writeSmallFiles(folder: string): Promise<void> {
  await mkdir(folder);
  for (let i = 0; i < SMALL_FILES; i++) await writeFile(join(folder, `note-${i}.md`), `# Note ${i}\n\n${prose(40 + i)}`);
}

/** What archives get wrong: nothing in a file, nothing in a folder, names in any script, links, permissions. */
async function writeOddities(folder: string): Promise<void> {
  await mkdir(join(folder, 'empty folder'), { recursive: true });
  await writeFile(join(folder, 'empty.txt'), '');
  await writeFile(join(folder, 'one-byte'), 'x');
  await writeFile(join(folder, 'Übergrößenträger – naïve café.txt'), 'composed');
  await writeFile(join(folder, 'e\u0301tude.txt'), 'decomposed');
  await writeFile(join(folder, '日本語 Ελληνικά עברית 🐘.txt'), 'many scripts');
  await writeFile(join(folder, 'line\nbreak'), 'a newline in the name');
  await writeFile(join(folder, '.hidden'), 'hidden');
  await writeFile(join(folder, 'run.sh'), '#!/bin/sh\necho hold fast\n', { mode: 0o755 });
  await writeFile(join(folder, 'read-only.txt'), 'do not write', { mode: 0o444 });
  await symlink('run.sh', join(folder, 'link to run'));
  await symlink('../nowhere', join(folder, 'broken link'));
}

/** Copies packages while they fit, the third of them twice: real duplicates. */
async function copyPackages(folder: string, budgetBytes: number): Promise<string[]> {
  await mkdir(folder);
  const taken: string[] = [];
  let left = budgetBytes;
  for (const name of PACKAGES) {
    const { bytes, exists } = await sizeOf(join(INSTALLED, name));
    const copies = taken.length === 2 ? 2 : 1;
    if (!exists || bytes * copies > left) continue;
    for (let copy = 1; copy <= copies; copy++) {
      const target = join(folder, copy === 1 ? name : `${name} again`);
      await mkdir(join(target, '..'), { recursive: true });
      await cp(join(INSTALLED, name), target, { recursive: true, verbatimSymlinks: true });
      left -= bytes;
    }
    taken.push(name);
  }
  return taken;
}

async function sizeOf(path: string): Promise<{ bytes: number; files: number; exists: boolean }> {
  const own = await stat(path).catch(() => undefined);
  if (own === undefined) return { bytes: 0, files: 0, exists: false };
  if (own.isFile()) return { bytes: own.size, files: 1, exists: true };
  let [bytes, files] = [0, 0];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name))).size;
    files += 1;
  }
  return { bytes, files, exists: true };
}

const WORDS = 'the rope held fast through the night and the keeper wrote down every wave that broke against the wall'.split(' ');

/** Text that compresses as text does. */
function prose(sizeBytes: number): string {
  const parts: string[] = [];
  for (let i = 0, size = 0; size < sizeBytes; i++) {
    const word = `${WORDS[(i * i + 7 * i) % WORDS.length]} ${i % 13 === 0 ? `${i}.\n` : ''}`;
    parts.push(word);
    size += word.length;
  }
  return parts.join('').slice(0, sizeBytes);
}
