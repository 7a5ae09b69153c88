/** A folder: may this process write there, how fast, how much room is left. */
import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const MIB = 1024 * 1024;
const PROBE_BYTES = 8 * MIB;
const SYNCS = 5;
/** Slower than this a provider keeps uploads waiting: each fragment is synced before its receipt. */
const SLOW_MIB_PER_SECOND = 20;
const SLOW_SYNC_MS = 200;

export interface DiskOptions {
  readonly folder: string;
  /** Bytes that must be free; a warning below, a failure below an eighth. */
  readonly wantBytes: bigint;
  /** What they are for. */
  readonly why: string;
}

export function diskCheck({ folder, wantBytes, why }: DiskOptions): Check {
  return {
    name: 'disk',
    async run(signal) {
      const there = await nearest(folder);
      const path = join(there, `.doctor-${process.pid}-${randomBytes(4).toString('hex')}`);
      const findings: Finding[] = [];
      try {
        findings.push(speed(await measure(path, signal)));
      } catch (error) {
        findings.push(refused(folder, error));
      } finally {
        await rm(path, { force: true }).catch(() => undefined);
      }
      findings.push(await room(there, { wantBytes, why }));
      return findings;
    },
  };
}

/** A folder that is not there yet is made where its parent is: a look makes nothing but its own file. */
async function nearest(folder: string): Promise<string> {
  const isMissing = await stat(folder).then(() => false, (error: NodeJS.ErrnoException) => error.code === 'ENOENT');
  return isMissing && dirname(folder) !== folder ? nearest(dirname(folder)) : folder;
}

interface Speeds { readonly writeMibPerSecond: number; readonly readMibPerSecond: number; readonly syncMs: number }

async function measure(path: string, signal: AbortSignal): Promise<Speeds> {
  const bytes = randomBytes(PROBE_BYTES);
  const file = await open(path, 'wx+', 0o600);
  try {
    const began = performance.now();
    // All of it: a single write may stop at a limit and say nothing.
    await file.writeFile(bytes);
    await file.sync();
    const written = performance.now();
    for (let i = 0; i < SYNCS && !signal.aborted; i++) {
      await file.write(bytes.subarray(0, 4096), 0, 4096, 0);
      await file.sync();
    }
    const synced = performance.now();
    const back = Buffer.alloc(PROBE_BYTES);
    const { bytesRead } = await file.read(back, 0, PROBE_BYTES, 0);
    const ended = performance.now();
    if (bytesRead !== PROBE_BYTES || !back.equals(bytes)) throw new Error('what was read is not what was written');
    const rate = (ms: number): number => Math.round(PROBE_BYTES / MIB / (ms / 1000));
    return { writeMibPerSecond: rate(written - began), readMibPerSecond: rate(ended - synced), syncMs: Math.round(((synced - written) / SYNCS) * 10) / 10 };
  } finally {
    await file.close();
  }
}

function speed(speeds: Speeds): Finding {
  const { writeMibPerSecond, readMibPerSecond, syncMs } = speeds;
  const said = `writes ${writeMibPerSecond} MiB/s with its sync, reads ${readMibPerSecond} MiB/s, one sync takes ${syncMs} ms`;
  const isSlow = writeMibPerSecond < SLOW_MIB_PER_SECOND || syncMs > SLOW_SYNC_MS;
  return isSlow ? warn('disk', `The disk is slow: it ${said}.`, 'Use another disk, or check what else writes to it.', { facts: { ...speeds } }) : ok('disk', `The disk ${said}.`, { facts: { ...speeds } });
}

function refused(folder: string, error: unknown): Finding {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const facts = { folder, code };
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return fail('disk', `The disk of ${folder} is full, or this user's share of it (${code}).`, 'Free space there, raise the quota, or move the folder.', { facts });
  if (code === 'EROFS') return fail('disk', `${folder} is on a file system that is mounted read-only.`, 'Mount it for writing; look into the kernel log why it is not.', { facts });
  if (code === 'EACCES' || code === 'EPERM') return fail('disk', `This user may not write to ${folder} (${code}).`, 'Give the folder to the user that runs Holdfast, for example with chown.', { facts });
  if (code === 'ENOTDIR' || code === 'EEXIST') return fail('disk', `${folder} is no folder.`, 'Name another folder with --home.', { facts });
  return fail('disk', `${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}.`, 'Check the disk and the rights of the folder.', { facts });
}

async function room(folder: string, { wantBytes, why }: { readonly wantBytes: bigint; readonly why: string }): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(folder, { bigint: true });
    const freeBytes = bavail * bsize;
    const facts = { freeBytes, wantBytes };
    if (freeBytes >= wantBytes) return ok('space', `${freeBytes / BigInt(MIB)} MiB are free.`, { facts });
    const sentence = `${freeBytes / BigInt(MIB)} MiB are free where ${wantBytes / BigInt(MIB)} MiB are wanted: ${why}.`;
    return (freeBytes < wantBytes / 8n ? fail : warn)('space', sentence, 'Free space, use a larger disk, or promise less.', { facts });
  } catch (error) {
    return fail('space', `The free space of ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, 'Check that the folder exists and its disk is mounted.');
  }
}
