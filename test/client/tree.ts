/** Real trees of files for tests, and what is left of them after a round trip. */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** The same seed gives the same bytes, and they do not compress. */
export function noise(seed: string, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0, block = 0; at < sizeBytes; block++) {
    const digest = createHash('sha512').update(`${seed}/${block}`).digest();
    bytes.set(digest.subarray(0, sizeBytes - at), at);
    at += digest.length;
  }
  return bytes;
}

export async function writeTree(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  return folder;
}

/** A bit of everything: empty files and folders, deep and odd names, modes, a link, a large file. */
export async function writeSampleTree(folder: string): Promise<string> {
  await writeTree(folder, {
    'empty.txt': '',
    'letter.txt': 'Dear Ada,\n'.repeat(200),
    'photos/über größe ☃.bin': noise('snow', 300_000),
    'photos/deep/er/still/file': noise('deep', 5_000),
    'large.bin': noise('large', 1_500_000),
    ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`notes/${i}.txt`, `note ${i}\n`])),
  });
  await mkdir(join(folder, 'nothing here'));
  await symlink('letter.txt', join(folder, 'link'));
  await chmod(join(folder, 'letter.txt'), 0o640);
  return folder;
}

/** Path -> kind, mode, time and content digest, of everything below `folder`. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name);
    const stats = await lstat(place);
    const seconds = Math.floor(stats.mtimeMs / 1000);
    const content = entry.isSymbolicLink() ? await readlink(place) : entry.isFile() ? createHash('sha256').update(await readFile(place)).digest('hex') : '';
    const kind = entry.isSymbolicLink() ? 'link' : entry.isFile() ? 'file' : 'folder';
    found[relative(folder, place)] = `${kind} ${(stats.mode & 0o777).toString(8)} ${seconds} ${content}`;
  }
  return found;
}
