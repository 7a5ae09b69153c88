// usage: node scripts/bench/main.ts [--json] [--quick] [--size 1GiB] [--batch 16MiB] [--only put,get,...]
// Speeds of every stage and end to end, each beside what a user would pick instead, all in one run. --json: {"rows":[{name, mbps, threads, ratios}]}.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ceilings } from './ceilings.ts';
import { cpuRows } from './cpu/rows.ts';
import { benchRequest } from './options.ts';
import { ipfsCarPeer, resticPeers } from './peers.ts';
import { proofRow } from './proof-row.ts';
import { type BenchRow, row } from './row.ts';
import { type Measure, measureTransfers } from './transfers.ts';

/** What each end-to-end row is compared with, where it was measured. */
const RATIOS: Readonly<Record<string, readonly string[]>> = {
  put: ['cpu-put-2', 'restic-backup', 'ipfs-car-pack', 'memcpy', 'sha-256', 'disk-write'],
  'put-random': ['cpu-put-2', 'restic-backup', 'ipfs-car-pack', 'memcpy', 'sha-256', 'disk-write'],
  'put-mixed': ['put', 'cpu-put-2'],
  'get-mixed': ['put-mixed', 'get'],
  get: ['put', 'restic-restore', 'memcpy', 'sha-256', 'disk-write'],
  'get-6-dead': ['get', 'put', 'restic-restore'],
  'put-one-file': ['put'],
  'put-small-files': ['put-one-file', 'put'],
  'get-small-files': ['put-small-files', 'get'],
  'put-1pct-changed': ['put'],
};

const request = benchRequest(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
const rows: BenchRow[] = [];
const speeds = new Map<string, number>();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const add = (one: BenchRow): void => {
  rows.push(one);
  speeds.set(one.name, one.mbps);
  say(`${one.name.padEnd(20)} ${String(one.mbps).padStart(9)} MB/s  ${Object.entries({ ...one.ratios }).map(([name, ratio]) => `${ratio}x ${name}`).join(', ')}`);
};

const { wants } = request;
const options = { isQuick: request.quick, folder, wants };

try {
  for await (const one of cpuRows(options)) add(one);
  if (wants('provider-proof')) add(await proofRow(options));
  if (Object.keys(RATIOS).some(wants)) await endToEnd();
  if (request.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The rows of put and get, and beside them ceilings and peers over the same file. */
async function endToEnd(): Promise<void> {
  const { sizeBytes, cores } = request;
  const measures: Measure[] = [];
  const { random } = await measureTransfers(join(folder, 'transfers'), request, (measure) => {
    measures.push(measure);
    speeds.set(measure.name, measure.mbps);
    say(`${measure.name.padEnd(20)} ${measure.mbps.toFixed(1).padStart(9)} MB/s  ${JSON.stringify(measure.facts)}`);
  });
  const others = await ceilings(random, sizeBytes);
  if (!request.quick && (wants('restic-backup') || wants('restic-restore'))) others.push(...(await resticPeers(random, { work: folder, sizeBytes })));
  if (!request.quick && wants('ipfs-car-pack')) others.push(await ipfsCarPeer(random, { work: folder, sizeBytes }));
  for (const { name, mbps } of others) speeds.set(name, mbps);
  for (const { name, mbps, facts, shares } of measures) {
    const beside = Object.fromEntries((RATIOS[name] ?? []).map((other) => [other, speeds.get(other) ?? null]));
    const one = row(name, cores, mbps, beside, facts);
    add({ ...one, ratios: { ...one.ratios, ...shares } });
    if (name === 'put') add(row('put-random', cores, mbps, beside, { ...facts, why: 'put stores random bytes: the same measurement' }));
  }
}
