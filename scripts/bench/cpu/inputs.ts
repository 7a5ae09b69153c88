/** Inputs that are the same in every run. */
import { createCipheriv } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 2 ** 20;

/** Dense bytes that follow from the seed. */
function dense(sizeBytes: number, seed: number): Uint8Array {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16)).update(new Uint8Array(sizeBytes));
}

export function makeRandomFile(file: string, sizeBytes: number): string {
  const handle = openSync(file, 'w');
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16));
  const zeros = new Uint8Array(4 * MIB);
  for (let at = 0; at < sizeBytes; at += zeros.length) writeSync(handle, cipher.update(zeros.subarray(0, Math.min(zeros.length, sizeBytes - at))));
  closeSync(handle);
  return file;
}

/** Half dense files of 8 MiB, a quarter text-like ones of 1 MiB, a quarter small ones of 4 to 64 KiB. */
export function makeMixedFolder(folder: string, sizeBytes: number): string {
  mkdirSync(folder);
  for (let i = 0; i < sizeBytes / 2 / (8 * MIB); i++) writeFileSync(join(folder, `film-${i}`), dense(8 * MIB, i));
  for (let i = 0; i < sizeBytes / 4 / MIB; i++) writeFileSync(join(folder, `log-${i}`), textLike(MIB, i));
  mkdirSync(join(folder, 'small'));
  for (let i = 0, left = sizeBytes / 4; left > 0; i++) {
    const size = Math.min(left, (4 + (i * 7) % 61) * 1024);
    writeFileSync(join(folder, 'small', `note-${i}`), textLike(size, i % 251));
    left -= size;
  }
  return folder;
}

/** Lines of words from a list: zstd makes a third of it. */
function textLike(sizeBytes: number, seed: number): string {
  const words = 'chunk batch fragment leaf epoch period slot quota bundle creator provider heavy node stake proof seal root'.split(' ');
  const numbers = dense(Math.ceil(sizeBytes / 4), seed);
  let text = '';
  for (let i = 0; text.length < sizeBytes; i++) text += `${words[numbers[i % numbers.length]! % words.length]}${i % 9 === 0 ? `=${i * (seed + 1)}\n` : ' '}`;
  return text.slice(0, sizeBytes);
}
