// put and get against real providers over loopback.
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientAnswer } from './client.ts';
import { type CpuTimes, cpuSince } from './cpu-times.ts';
import type { BenchRequest } from './options.ts';
import { round } from './row.ts';
import { type BenchNetwork, startNetwork } from './network.ts';
import { changeOnePercent, writeMixedFolder, writeRandomFile, writeRandomFolder, writeSmallFiles } from './samples.ts';
import { megabytesPerSecond } from './timing.ts';

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
/** Providers run for months: what V8 compiles in their first seconds is nobody's upload. */
const FIRST_BYTES = 1 << 27;
const CHANGED_FILE_BYTES = 1 << 20;

interface Stage {
  readonly network: BenchNetwork;
  readonly options: BenchRequest;
  readonly say: (measure: Measure) => void;
}

/**
 * In `folder`, which has to be new. `put` (random bytes), `get`, `put-mixed`, `get-mixed`, `put-1pct-changed`, `put-small-files` beside the same bytes in one file, `get-small-files`, and
 * `get-6-dead` at the end. 16 providers in as many processes as there are cores, on the same disk.
 */
export async function measureTransfers(folder: string, options: BenchRequest, say: (measure: Measure) => void): Promise<{ readonly random: string }> {
  const wants = (...names: string[]): boolean => names.some(options.wants);
  const network = await startNetwork({ folder: join(folder, 'network'), providers: PROVIDERS, hosts: options.cores, scheme: SCHEME });
  const stage: Stage = { network, options, say };
  const { sizeBytes, batchLog2, smallFiles } = options;
  const random = join(folder, 'random.bin');
  try {
    const providers = await network.rent({ spaceBytes: 5 * sizeBytes + 4 * smallFiles * SMALL_BYTES + 40 * 2 ** batchLog2, batchLog2 });
    await writeRandomFile(random, { seed: 'random', sizeBytes });
    // The first upload opens what the providers keep open, and warms their code. The clients that are measured are new ones.
    await network.run({ home: 'first', name: 'first', path: await writeRandomFile(join(folder, 'first.bin'), { seed: 'first', sizeBytes: Math.min(sizeBytes, FIRST_BYTES) }) });
    if (wants('put', 'put-random', 'get', 'get-6-dead')) await measurePut(stage, { name: 'put', path: random, sizeBytes });
    if (wants('get')) await measureGet(stage, { name: 'get', of: 'put', sizeBytes });
    if (wants('put-mixed', 'get-mixed')) await measureMixed(stage, join(folder, 'mixed'));
    if (wants('put-1pct-changed')) await measureChange(stage, join(folder, 'changing'));
    if (wants('put-small-files', 'put-one-file', 'get-small-files')) await measureSmall(stage, folder);
    if (wants('get-6-dead')) {
      // Beside `get`, whose client found one upload: this one's knows the others already, the manifest of all the small files among them.
      await network.run({ home: 'get-6-dead', name: 'first', into: join(folder, 'network', 'restored-first') });
      await network.end(providers.slice(0, DEAD));
      await measureGet(stage, { name: 'get-6-dead', of: 'put', sizeBytes });
    }
    return { random };
  } finally {
    await network.stop();
  }
}

async function measurePut(stage: Stage, what: { readonly name: string; readonly path: string; readonly sizeBytes: number; readonly as?: string }): Promise<Measure> {
  const { name, path, sizeBytes } = what;
  const { answer, facts } = await watched(stage, { home: 'put', name: what.as ?? name, path });
  const { storedBytes, batches, seconds } = answer;
  const measure = { name, mbps: megabytesPerSecond(sizeBytes, seconds), facts: { ...facts, storedBytes, batches } };
  stage.say(measure);
  return measure;
}

/** Into an empty folder, by a client that knows nothing beforehand; then the size is compared. */
async function measureGet(stage: Stage, what: { readonly name: string; readonly of: string; readonly sizeBytes: number }): Promise<void> {
  const { name, of, sizeBytes } = what;
  const into = join(stage.network.folder, `restored-${name}`);
  const { answer, facts } = await watched(stage, { home: name, name: of, into });
  const restored = await sizeOf(into);
  if (restored !== sizeBytes) throw new Error(`${name}: ${restored} bytes came back of ${sizeBytes}`);
  stage.say({ name, mbps: megabytesPerSecond(sizeBytes, answer.seconds), facts });
  await rm(into, { recursive: true });
}

async function measureMixed(stage: Stage, folder: string): Promise<void> {
  const { sizeBytes } = stage.options;
  const path = await writeMixedFolder(folder, { seed: 'mixed', sizeBytes });
  await measurePut(stage, { name: 'put-mixed', path, sizeBytes });
  await rm(folder, { recursive: true });
  if (stage.options.wants('get-mixed')) await measureGet(stage, { name: 'get-mixed', of: 'put-mixed', sizeBytes });
}

/** A folder is stored, one file in a hundred changes, and it is stored again under the same name. */
async function measureChange(stage: Stage, folder: string): Promise<void> {
  const { sizeBytes, batchLog2 } = stage.options;
  await writeRandomFolder(folder, { seed: 'changing', sizeBytes, fileBytes: Math.max(4096, Math.min(CHANGED_FILE_BYTES, Math.floor(sizeBytes / 100))) });
  await stage.network.run({ home: 'put', name: 'changing', path: folder });
  const changedBytes = await changeOnePercent(folder, 'changed');
  const say = (measure: Measure): void => {
    const { batches = 0, storedBytes = 0 } = measure.facts;
    // Whole batches travel, however full the last one is.
    const movedShare = (batches * 2 ** batchLog2) / sizeBytes;
    stage.say({ ...measure, facts: { ...measure.facts, changedBytes, storedShare: round(storedBytes / sizeBytes) }, shares: { 'moved-share': round(movedShare) } });
  };
  await measurePut({ ...stage, say }, { name: 'put-1pct-changed', path: folder, sizeBytes, as: 'changing' });
  await rm(folder, { recursive: true });
}

async function measureSmall(stage: Stage, folder: string): Promise<void> {
  const { smallFiles: count } = stage.options;
  const sizeBytes = count * SMALL_BYTES;
  const one = await writeRandomFile(join(folder, 'one.bin'), { seed: 'one', sizeBytes });
  const whole = await measurePut(stage, { name: 'put-one-file', path: one, sizeBytes });
  const files = await writeSmallFiles(join(folder, 'small'), { seed: 'small', count, sizeBytes: SMALL_BYTES });
  const say = (measure: Measure): void => stage.say({ ...measure, facts: { ...measure.facts, timesOneFile: round(whole.mbps / measure.mbps) } });
  await measurePut({ ...stage, say }, { name: 'put-small-files', path: files, sizeBytes });
  if (stage.options.wants('get-small-files')) await measureGet(stage, { name: 'get-small-files', of: 'put-small-files', sizeBytes });
}

/** One verb, the CPU seconds of both sides, and the client's peak memory. */
async function watched({ network }: Stage, order: Parameters<BenchNetwork['run']>[0]): Promise<{ answer: ClientAnswer; facts: Record<string, number> }> {
  const before = await network.cpuTimes();
  const answer = await network.run(order);
  const providers = cpuSince(before, await network.cpuTimes());
  return { answer, facts: { ...cpuFacts('client', answer.cpu), ...cpuFacts('provider', providers), peakMiB: Math.round(answer.peakBytes / 2 ** 20) } };
}

/** `systemSeconds`: the kernel's part of `cpuSeconds`. */
function cpuFacts(who: 'client' | 'provider', { cpuSeconds, systemSeconds }: CpuTimes): Record<string, number> {
  return { [`${who}CpuSeconds`]: round(cpuSeconds), [`${who}SystemSeconds`]: round(systemSeconds) };
}

async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sizeBytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return sizeBytes;
}
