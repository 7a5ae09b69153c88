// What the machine itself can do with the same bytes, in the same run.
import { createHash } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { megabytesPerSecond, timed } from './timing.ts';

export interface Speed {
  readonly name: string;
  readonly mbps: number;
}

const PIECE = 64 << 20;

/** Of up to 64 MiB at a time; the disk write ends in a sync. */
export async function ceilings(path: string, sizeBytes: number): Promise<Speed[]> {
  const bytes = (await readFile(path)).subarray(0, PIECE);
  const rounds = Math.max(1, Math.round(Math.min(sizeBytes, 4 * PIECE) / bytes.length));
  const target = Buffer.alloc(bytes.length);
  const all = rounds * bytes.length;
  const copySeconds = await timed(() => {
    for (let i = 0; i < rounds; i++) bytes.copy(target);
  });
  const hashSeconds = await timed(() => {
    const hash = createHash('sha256');
    for (let i = 0; i < rounds; i++) hash.update(bytes);
    hash.digest();
  });
  const written = `${path}.written`;
  const writeSeconds = await timed(async () => {
    const file = await open(written, 'w');
    for (let i = 0; i < rounds; i++) await file.write(bytes);
    await file.sync();
    await file.close();
  });
  await rm(written);
  const rate = (seconds: number): number => megabytesPerSecond(all, seconds);
  return [
    { name: 'memcpy', mbps: rate(copySeconds) },
    { name: 'sha-256', mbps: rate(hashSeconds) },
    { name: 'disk-write', mbps: rate(writeSeconds) },
  ];
}
