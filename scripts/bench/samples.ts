// Folders of files to store: the same seed gives the same bytes.
import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MIB = 1 << 20;
const WORDS = 'the provider keeps a fragment and proves it every epoch while the creator pays for space that heavy nodes watch over and repair'.split(' ');

/** Endless bytes that do not compress: an AES keystream. */
function keystream(seed: string): (sizeBytes: number) => Buffer {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16));
  return (sizeBytes) => cipher.update(Buffer.alloc(sizeBytes));
}

export async function writeRandomFile(path: string, options: { readonly seed: string; readonly sizeBytes: number }): Promise<string> {
  const next = keystream(options.seed);
  const file = await open(path, 'w');
  try {
    for (let left = options.sizeBytes; left > 0; left -= MIB) await file.write(next(Math.min(MIB, left)));
  } finally {
    await file.close();
  }
  return path;
}

/** `count` files of `sizeBytes` random bytes each, a thousand to a folder. */
export async function writeSmallFiles(folder: string, options: { readonly seed: string; readonly count: number; readonly sizeBytes: number }): Promise<string> {
  const next = keystream(options.seed);
  for (let i = 0; i < options.count; i++) {
    const part = join(folder, String(Math.floor(i / 1000)));
    if (i % 1000 === 0) await mkdir(part, { recursive: true });
    await writeFile(join(part, `${i}.bin`), next(options.sizeBytes));
  }
  return folder;
}

/** What lies in a home folder: half of the bytes do not compress (photos), a third is text, the rest appears twice. Files of 1 KiB to 32 MiB. */
export async function writeMixedFolder(folder: string, options: { readonly seed: string; readonly sizeBytes: number }): Promise<string> {
  await mkdir(folder, { recursive: true });
  const next = keystream(options.seed);
  const text = (sizeBytes: number): Buffer => {
    const picks = next(Math.ceil(sizeBytes / 4));
    const words = Array.from(picks, (byte) => WORDS[byte % WORDS.length] as string);
    return Buffer.from(words.join(' ').padEnd(sizeBytes, '.').slice(0, sizeBytes));
  };
  let previous: Buffer = Buffer.alloc(0);
  for (let i = 0, left = options.sizeBytes; left > 0; i++) {
    const sizeBytes = Math.min(left, 2 ** (10 + ((i * 7) % 16)));
    const kind = i % 6;
    const bytes = kind === 5 && previous.length > 0 ? previous : kind % 2 === 0 ? next(sizeBytes) : text(sizeBytes);
    const folderOf = join(folder, String(i % 9));
    await mkdir(folderOf, { recursive: true });
    await writeFile(join(folderOf, `${i}.${kind % 2 === 0 ? 'jpg' : 'txt'}`), bytes);
    previous = bytes;
    left -= bytes.length;
  }
  return folder;
}

/** Random files of `fileBytes`; together `sizeBytes`. */
export async function writeRandomFolder(folder: string, options: { readonly seed: string; readonly sizeBytes: number; readonly fileBytes: number }): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i * options.fileBytes < options.sizeBytes; i++) {
    await writeRandomFile(join(folder, `${i}.bin`), { seed: `${options.seed}/${i}`, sizeBytes: Math.min(options.fileBytes, options.sizeBytes - i * options.fileBytes) });
  }
  return folder;
}

/** Replaces one file in a hundred (at least one) by other random bytes of the same length. Returns the bytes written. */
export async function changeOnePercent(folder: string, seed: string): Promise<number> {
  const names = (await readdir(folder)).sort();
  const next = keystream(seed);
  let changedBytes = 0;
  for (let i = 0; i < names.length; i += 100) {
    const path = join(folder, names[i] as string);
    const { length } = await readFile(path);
    await writeFile(path, next(length));
    changedBytes += length;
  }
  return changedBytes;
}
