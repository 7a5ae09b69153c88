// put and get against real providers over loopback.
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import type { PutResult } from '../../offchain/client/put.ts';
import type { Client } from '../../offchain/client/client.ts';
import type { BenchRequest } from './options.ts';
import { round } from './row.ts';
import { type BenchNetwork, startNetwork } from './network.ts';
import { changeOnePercent, writeMixedFolder, writeRandomFile, writeRandomFolder, writeSmallFiles } from './samples.ts';
import { megabytesPerSecond, timed } from './timing.ts';

export interface Measure {
  readonly name: string;
  readonly mbps: number;
  /** Facts beside the speed: CPU seconds, bytes moved, and the like. */
  readonly facts: Readonly<Record<string, number>>;
  /** What belongs to the row's ratios although it is no speed: shares of the bytes. */
  readonly shares?: Readonly<Record<string, number>>;
}

const PROVIDERS = 16;
const SCHEME = { k: 10, m: 6 };
const DEAD = 6;
const SMALL_BYTES = 4096;
const CHANGED_FILE_BYTES = 1 << 20;
const MEMORY_POLL_MS = 20;

interface Stage {
  readonly network: BenchNetwork;
  readonly options: BenchRequest;
  readonly say: (measure: Measure) => void;
}

/**
 * `put-random`, `put` (the mixed folder), `get`, `put-1pct-changed`, `put-small-files` beside the same bytes in one file, and
 * `get-6-dead` at the end. 16 providers in as many processes as there are cores, on the same disk.
 */
export async function measureTransfers(folder: string, options: BenchRequest, say: (measure: Measure) => void): Promise<{ readonly random: string; readonly mixed: string }> {
  const wants = (...names: string[]): boolean => options.only.length === 0 || names.some((name) => options.only.includes(name));
  const network = await startNetwork({ folder: join(folder, 'network'), providers: PROVIDERS, hosts: options.cores, scheme: SCHEME });
  const stage: Stage = { network, options, say };
  const { sizeBytes, batchLog2, smallFiles } = options;
  const random = join(folder, 'random.bin');
  const mixed = join(folder, 'mixed');
  try {
    const client = await network.client();
    const { providers } = await network.rent(client, { spaceBytes: 5 * sizeBytes + 4 * smallFiles * SMALL_BYTES + 40 * 2 ** batchLog2, batchLog2 });
    await writeRandomFile(random, { seed: 'random', sizeBytes });
    await measurePut(stage, client, { name: 'put', path: random, sizeBytes });
    if (wants('get')) await measureGet(stage, { name: 'get', of: 'put', sizeBytes });
    if (wants('put-mixed')) await measurePut(stage, client, { name: 'put-mixed', path: await writeMixedFolder(mixed, { seed: 'mixed', sizeBytes }), sizeBytes });
    if (wants('put-1pct-changed')) await measureChange(stage, client, join(folder, 'changing'));
    if (wants('put-small-files')) await measureSmall(stage, client, folder);
    if (wants('get-6-dead')) {
      await network.end(providers.slice(0, DEAD));
      await measureGet(stage, { name: 'get-6-dead', of: 'put', sizeBytes });
    }
    return { random, mixed };
  } finally {
    await network.stop();
  }
}

async function measurePut({ network, say }: Stage, client: Client, what: { readonly name: string; readonly path: string; readonly sizeBytes: number; readonly as?: string }): Promise<{ result: PutResult; seconds: number }> {
  const { name, path, sizeBytes } = what;
  let result: PutResult | undefined;
  const { seconds, facts } = await watched(network, async () => {
    result = await put(client, { paths: [path], name: what.as ?? name });
  });
  if (result === undefined || result.lost.length > 0) throw new Error(`${name}: ${result?.lost.length} slots were lost`);
  say({ name, mbps: megabytesPerSecond(sizeBytes, seconds), facts: { ...facts, storedBytes: result.stats.storedBytes, batches: result.batches } });
  return { result, seconds };
}

/** Into an empty folder, by a client that knows nothing beforehand; then the size is compared. */
async function measureGet({ network, say }: Stage, what: { readonly name: string; readonly of: string; readonly sizeBytes: number }): Promise<void> {
  const { name, of, sizeBytes } = what;
  const into = join(network.folder, `restored-${name}`);
  const client = await network.client();
  const { seconds, facts } = await watched(network, async () => {
    const { failed } = await get(client, { name: of, into });
    if (failed.length > 0) throw new Error(`${name}: ${failed.length} files failed`);
  });
  const restored = await sizeOf(into);
  if (restored !== sizeBytes) throw new Error(`${name}: ${restored} bytes came back of ${sizeBytes}`);
  say({ name, mbps: megabytesPerSecond(sizeBytes, seconds), facts });
  await rm(into, { recursive: true });
}

/** A folder is stored, one file in a hundred changes, and it is stored again under the same name. */
async function measureChange(stage: Stage, client: Client, folder: string): Promise<void> {
  const { sizeBytes, batchLog2 } = stage.options;
  await writeRandomFolder(folder, { seed: 'changing', sizeBytes, fileBytes: Math.max(4096, Math.min(CHANGED_FILE_BYTES, Math.floor(sizeBytes / 100))) });
  await put(client, { paths: [folder], name: 'changing' });
  const changedBytes = await changeOnePercent(folder, 'changed');
  const say = (measure: Measure): void => {
    // Whole batches travel, however full the last one is.
    const movedShare = ((measure.facts['batches'] ?? 0) * 2 ** batchLog2) / sizeBytes;
    stage.say({ ...measure, facts: { ...measure.facts, changedBytes, storedShare: (measure.facts['storedBytes'] ?? 0) / sizeBytes }, shares: { 'moved-share': round(movedShare) } });
  };
  await measurePut({ ...stage, say }, client, { name: 'put-1pct-changed', path: folder, sizeBytes, as: 'changing' });
}

async function measureSmall(stage: Stage, client: Client, folder: string): Promise<void> {
  const { smallFiles: count } = stage.options;
  const sizeBytes = count * SMALL_BYTES;
  const one = await writeRandomFile(join(folder, 'one.bin'), { seed: 'one', sizeBytes });
  const whole = await measurePut(stage, client, { name: 'put-one-file', path: one, sizeBytes });
  const files = await writeSmallFiles(join(folder, 'small'), { seed: 'small', count, sizeBytes: SMALL_BYTES });
  await measurePut({ ...stage, say: (measure) => stage.say({ ...measure, facts: { ...measure.facts, timesOneFile: sizeBytes / 1e6 / measure.mbps / whole.seconds } }) }, client, {
    name: 'put-small-files', path: files, sizeBytes,
  });
}

/** Seconds, CPU seconds of both sides, and the client's peak memory. */
async function watched(network: BenchNetwork, act: () => Promise<void>): Promise<{ seconds: number; facts: Record<string, number> }> {
  const providersBefore = await network.cpuSeconds();
  const before = process.cpuUsage();
  let peakBytes = 0;
  const poll = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), MEMORY_POLL_MS);
  try {
    const seconds = await timed(act);
    const { user, system } = process.cpuUsage(before);
    const facts = { clientCpuSeconds: (user + system) / 1e6, providerCpuSeconds: (await network.cpuSeconds()) - providersBefore, peakMiB: Math.round(peakBytes / 2 ** 20) };
    return { seconds, facts };
  } finally {
    clearInterval(poll);
  }
}

async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sizeBytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return sizeBytes;
}
