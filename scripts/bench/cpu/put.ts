/** The CPU part of put, in processes bound to one and to two cores, beside `restic backup` and others on the same cores. */
import { hash } from 'node:crypto';
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createFileEncoderStream } from 'ipfs-car';
import { compiled } from '../compiled.ts';
import { type BenchOptions, type BenchRow, row } from '../row.ts';
import { makeMixedFolder, makeRandomFile } from './inputs.ts';

interface Child {
  readonly bytes: number;
  readonly storedBytes: number;
  readonly ms: number;
  readonly rssBytes: number;
}

const MIB = 2 ** 20;
/** Memory instead of a disk, where there is one: restic's repository must not be slowed down by what put does not do here. */
const REPOSITORIES = existsSync('/dev/shm') ? '/dev/shm' : undefined;

export async function putRows({ isQuick, folder }: BenchOptions): Promise<BenchRow[]> {
  const sizeBytes = isQuick ? 32 * MIB : 512 * MIB;
  const rounds = isQuick ? 1 : 2;
  const random = makeRandomFile(join(folder, 'random'), sizeBytes);
  const mixed = makeMixedFolder(join(folder, 'mixed'), isQuick ? 16 * MIB : 256 * MIB);
  const speeds = new Map<string, number>();
  const note = (name: string, mbps: number | null): void => {
    if (mbps !== null) speeds.set(name, Math.max(speeds.get(name) ?? 0, mbps));
  };
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    for (const cores of [1, 2]) {
      for (const [kind, path] of [['random', random], ['mixed', mixed]] as const) {
        const child = put(path, { cores, batchLog2: 24 });
        if (kind === 'random') peak = Math.max(peak, child.rssBytes);
        note(`put ${kind} ${cores}`, child.bytes / 1000 / child.ms);
        note(`restic ${kind} ${cores}`, restic(path, child.bytes, { cores, folder, compression: kind === 'random' ? 'off' : 'auto' }));
      }
    }
    const bytes = readFileSync(random).subarray(0, 256 * MIB);
    note('memcpy', timed(bytes.length, () => void new Uint8Array(bytes)));
    note('sha-256', timed(bytes.length, () => void hash('sha256', bytes)));
    note('write', timed(bytes.length, () => writeDurably(join(folder, 'written'), bytes)));
    if (round === 0) note('ipfs-car', await packCar(bytes.subarray(0, 64 * MIB)));
  }
  const speed = (name: string): number | null => speeds.get(name) ?? null;
  return [1, 2].map((cores) => row(`cpu-put-${cores}`, cores, speed(`put random ${cores}`)!, {
    'restic backup, no compression': speed(`restic random ${cores}`),
    'memcpy into fresh memory': speed('memcpy'),
    'sha-256 flat (OpenSSL)': speed('sha-256'),
    'disk write + fsync': speed('write'),
    'ipfs-car pack (1 core)': speed('ipfs-car'),
    ...(cores === 2 ? { 'cpu-put-1': speed('put random 1') } : {}),
  }, {
    'mixed folder, MB/s': speed(`put mixed ${cores}`)!,
    'mixed folder, times restic with compression': ratio(speed(`put mixed ${cores}`), speed(`restic mixed ${cores}`)),
    ...(cores === 2 ? { 'peak memory, MiB': Math.round(peak / MIB), 'peak memory with batches of 256 MiB, MiB': Math.round(put(random, { cores, batchLog2: 28 }).rssBytes / MIB) } : {}),
    ...(speed('restic random 1') === null ? { 'not measured': 'restic: not installed' } : {}),
  }));
}

function ratio(a: number | null, b: number | null): string {
  return a === null || b === null ? 'not measured' : (a / b).toFixed(2);
}

/** On one core without other threads: they would only take turns. */
export function put(path: string, { cores, batchLog2 }: { readonly cores: number; readonly batchLog2: number }): Child {
  const script = compiled('cpu/put-child.ts');
  // Threads start from compiled code, as they do under the command line.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../cache/compiled') };
  return JSON.parse(bound(cores, process.execPath, [script, path, String(cores === 1 ? 0 : cores), String(batchLog2)], env)) as Child;
}

/** Binding needs Linux's taskset; elsewhere one core is only asked for. */
function bound(cores: number, command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const options: ExecFileSyncOptionsWithStringEncoding = { env: { ...env, GOMAXPROCS: String(cores) }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  if (!existsSync('/usr/bin/taskset')) return execFileSync(command, args, options);
  return execFileSync('taskset', ['-c', cores === 1 ? '0' : `0-${cores - 1}`, command, ...args], options);
}

/** MB/s of `restic backup` into a new repository; null where restic is missing. */
function restic(path: string, sizeBytes: number, { cores, folder, compression }: { cores: number; folder: string; compression: 'off' | 'auto' }): number | null {
  const repository = join(REPOSITORIES ?? folder, `holdfast-bench-${process.pid}`);
  const env = { ...process.env, RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: `${repository}-cache` };
  try {
    try {
      execFileSync('restic', ['init', '--quiet', '--repository-version', '2'], { env, stdio: 'ignore' });
    } catch {
      return null;
    }
    return timed(sizeBytes, () => void bound(cores, 'restic', ['backup', '--quiet', '--compression', compression, path], env));
  } finally {
    rmSync(repository, { recursive: true, force: true });
    rmSync(`${repository}-cache`, { recursive: true, force: true });
  }
}

async function packCar(bytes: Uint8Array): Promise<number> {
  const startedMs = performance.now();
  for await (const _ of createFileEncoderStream(new Blob([new Uint8Array(bytes)])));
  return bytes.length / 1000 / (performance.now() - startedMs);
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, 'w');
  writeSync(handle, bytes);
  fsyncSync(handle);
  closeSync(handle);
  rmSync(file);
}

function timed(sizeBytes: number, act: () => void): number {
  const startedMs = performance.now();
  act();
  return sizeBytes / 1000 / (performance.now() - startedMs);
}
