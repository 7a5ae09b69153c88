// What a user would pick instead, run over the same files in the same run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Speed } from './ceilings.ts';
import { megabytesPerSecond, timed } from './timing.ts';

/** `restic backup` without compression into a new local repository, and the restore of it. Nothing where restic is not installed. */
export async function resticPeers(folder: string, options: { readonly work: string; readonly sizeBytes: number }): Promise<Speed[]> {
  const { work, sizeBytes } = options;
  const home = await mkdtemp(join(work, 'restic-'));
  const repository = join(home, 'repository');
  const run = (...args: string[]): Promise<boolean> =>
    runs('restic', ['--quiet', '--repo', repository, '--cache-dir', join(home, 'cache'), ...args], { RESTIC_PASSWORD: 'benchmark' });
  try {
    if (!(await run('init', '--repository-version', '2'))) return [];
    const backupSeconds = await timed(() => must(run('backup', '--compression', 'off', folder), 'restic backup'));
    const restoreSeconds = await timed(() => must(run('restore', 'latest', '--target', join(home, 'out')), 'restic restore'));
    return [
      { name: 'restic-backup', mbps: megabytesPerSecond(sizeBytes, backupSeconds) },
      { name: 'restic-restore', mbps: megabytesPerSecond(sizeBytes, restoreSeconds) },
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** `ipfs-car pack` of the same folder: chunks and hashes it, and writes one file. */
export async function ipfsCarPeer(folder: string, options: { readonly work: string; readonly sizeBytes: number }): Promise<Speed> {
  const output = join(options.work, 'packed.car');
  try {
    const main = await binOf('ipfs-car');
    const seconds = await timed(() => must(runs(process.execPath, [main, 'pack', folder, '--output', output]), 'ipfs-car pack'));
    return { name: 'ipfs-car-pack', mbps: megabytesPerSecond(options.sizeBytes, seconds) };
  } finally {
    await rm(output, { force: true });
  }
}

async function binOf(name: string): Promise<string> {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    const parsed = manifest === undefined ? undefined : (JSON.parse(manifest) as { name?: string; bin?: Record<string, string> | string });
    if (parsed?.name === name) return join(folder, typeof parsed.bin === 'string' ? parsed.bin : (parsed.bin?.[name] ?? ''));
    if (folder === dirname(folder)) throw new Error(`no package.json of ${name}`);
    folder = dirname(folder);
  }
}

/** False when the program is not there or fails. */
export async function runs(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0;
  } catch {
    return false;
  }
}

export async function must(done: Promise<boolean>, what: string): Promise<void> {
  if (!(await done)) throw new Error(`${what} failed`);
}
