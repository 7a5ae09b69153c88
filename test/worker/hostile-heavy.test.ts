import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { startServer } from '../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../offchain/wire/http-server.ts';
import { JobFailure } from '../../offchain/wire/jobs.ts';
import type { JobSpec } from '../../offchain/wire/jobs.ts';
import { startWorker } from '../../offchain/worker/service.ts';
import type { RunningWorker } from '../../offchain/worker/service.ts';
import { readProcess } from '../../offchain/worker/idle/proc.ts';
import { until } from '../heavy/support.ts';
import { addressOf, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

const ACCOUNT = devAccount(9, DEV_CHAIN_ID);
const hash = (byte: string): `0x${string}` => `0x${byte.repeat(32)}`;
const sealed = (slot: number) => ({ slot, root: hash('aa'), key: hash('bb') });
const REBUILD: JobSpec = { kind: 'rebuild', agreement: 1, batchId: hash('cc'), k: 2, m: 2, batchLog2: 16, wanted: [sealed(0)], sources: [1, 2].map((slot) => ({ ...sealed(slot), provider: 2 })) };
const AUDIT: JobSpec = { kind: 'audit', agreement: 1, batchId: hash('cc'), slot: 0, provider: 2, root: hash('aa'), leaves: 128, first: 0, count: 1 };

let holdfast: TestHoldfast;
let heavy: RunningServer;
let provider: RunningServer;
let worker: RunningWorker;
let home: string;
const lines: string[] = [];
/** What the heavy node answers to the next question for work. */
const answers: string[] = [];
const failures: { job: string; failure: JobFailure }[] = [];
/** Open requests at the provider, which answers none by itself. */
const asked: http.ServerResponse[] = [];
/** When it was asked for work. */
const askedMs: number[] = [];
/** It answers at once that it has none. */
let isHasty = false;
let number = 0;

/** A heavy node that says what the test wants. */
async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (request.url === '/workers') return void response.end(JSON.stringify({ token: '1'.repeat(64), month: 0, factor: 1, leases: 1 }));
  const job = /^\/jobs\/([0-9a-f]{32})\/failure$/.exec(request.url ?? '')?.[1];
  if (job !== undefined) {
    failures.push({ job, failure: JobFailure.parse(JSON.parse(Buffer.concat(parts).toString())) });
    return void response.end('{}');
  }
  askedMs.push(performance.now());
  const next = answers.shift();
  if (next === undefined && isHasty) return void response.writeHead(204).end();
  if (next === undefined) setTimeout(() => response.writeHead(204).end(), 50);
  else response.end(next);
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-worker-'));
  holdfast = await startHoldfast();
  heavy = await startServer((request, response) => void answer(request, response));
  provider = await startServer((_request, response) => void asked.push(response));
  const [one, two] = [await holdfast.as(1), await holdfast.as(2)];
  await registerNode(one, { tier: 'heavy', region: 1, payout: addressOf(one), endpoint: heavy.url });
  await registerNode(two, { tier: 'standard', region: 1, parent: 1, payout: addressOf(two), endpoint: provider.url });
  worker = await start(1, process.platform === 'linux' ? [process.execPath, '-e', 'for (;;);'] : undefined);
});

afterAll(async () => {
  await worker?.stop();
  await Promise.all([heavy?.close(), provider?.close()]);
  await holdfast?.stop();
  await rm(home, { recursive: true, force: true });
});

function start(heavyId: number, idleCommand?: string[]): Promise<RunningWorker> {
  const config = { home, heavy: heavyId, cpuShare: 1, userLoad: 1, maxMemoryBytes: 2 ** 25, maxJobBytes: 2 ** 26, ...(idleCommand === undefined ? {} : { idleCommand }) };
  return startWorker({ config, account: ACCOUNT, chain: { rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment }, log: createLogger({ name: 'worker', write: (line) => void lines.push(line) }) });
}

/** What the worker says of this job. */
async function give(spec: JobSpec, leaseMs = 20_000): Promise<JobFailure> {
  const job = (++number).toString(16).padStart(32, '0');
  answers.push(JSON.stringify({ job, leaseMs, spec }));
  return until(`the word on job ${number}`, () => failures.find((one) => one.job === job)?.failure, 20_000);
}

describe('a worker whose heavy node gives it garbage', () => {
  it.each<[string, JobSpec]>([
    ['more slots than a scheme has', { ...REBUILD, wanted: [sealed(9)] }],
    ['one slot as source and as lost', { ...REBUILD, wanted: [sealed(1)] }],
    ['fewer sources than k', { ...REBUILD, sources: REBUILD.sources.slice(1) }],
    ['a fragment of more memory than it gives', { ...REBUILD, batchLog2: 28 }],
    ['more bytes than it moves', { kind: 'verify-tree', agreement: 1, batchId: hash('cc'), slot: 0, provider: 2, root: hash('aa'), leaves: 2 ** 20 }],
    ['leaves behind the end', { ...AUDIT, first: 128 }],
  ])('declines %s before it asks anybody', async (_what, spec) => {
    const before = asked.length;
    expect(await give(spec)).toMatchObject({ reason: 'declined' });
    expect(asked).toHaveLength(before);
  });

  it('goes where the registry says, and nowhere else', async () => {
    expect(await give({ ...AUDIT, provider: 77 })).toMatchObject({ reason: 'too-few' });
    // Addresses have no place in a job: a field of that name is no job at all.
    answers.push(JSON.stringify({ job: 'f'.repeat(32), leaseMs: 1_000, spec: { ...AUDIT, endpoint: 'http://127.0.0.1:1' } }));
    await until('the complaint', () => (lines.some((line) => line.includes('worker.not-served')) ? true : undefined));
  });

  it('lives through answers that are no answers', async () => {
    answers.push('no JSON', JSON.stringify({ job: 'x', leaseMs: -1 }), `"${'x'.repeat(2 ** 20)}"`);
    expect(await give({ ...AUDIT, first: 128 })).toMatchObject({ reason: 'declined' });
  });

  it('tells bytes that do not prove themselves from bytes that are not to be had', async () => {
    const wrong = give(AUDIT);
    (await until('the question', () => asked.shift())).end(Buffer.alloc(256 + 7 * 32));
    expect(await wrong).toMatchObject({ reason: 'fault', at: 0 });
    const missing = give(AUDIT);
    (await until('the question', () => asked.shift())).writeHead(404).end();
    expect(await missing).toMatchObject({ reason: 'fault' });
    const failing = give(AUDIT);
    (await until('the question', () => asked.shift())).writeHead(500).end();
    expect(await failing).toMatchObject({ reason: 'too-few' });
  });

  it.runIf(process.platform === 'linux')("stops the owner's command while it works, and gives up with the lease", async () => {
    const pid = await until('the command', () => worker.status().idle?.pid);
    const stateOf = () => readProcess(pid)?.state;
    await until('it to run', () => (stateOf() === 'R' ? true : undefined));
    const late = give(AUDIT, 2_000);
    const question = await until('the question', () => asked.shift());
    expect(worker.status()).toMatchObject({ running: 1, idle: { state: 'paused', holds: expect.arrayContaining(['job']) } });
    await until('it to stand still', () => (stateOf() === 'T' ? true : undefined), 2_000);
    expect(await late).toMatchObject({ reason: 'too-few' });
    question.destroy();
    await until('it to go on', () => (stateOf() === 'R' ? true : undefined));
  });

  it('is not kept busy by answers that bring nothing', async () => {
    isHasty = true;
    askedMs.length = 0;
    // Pauses that grow, however fast it is answered.
    await until('a pause of a second', async () => (askedMs.some((ms, i) => ms - (askedMs[i - 1] ?? ms) > 1_000) ? true : undefined));
    isHasty = false;
  });

  it('serves no node that is no heavy node', async () => {
    const other = await start(2);
    await until('the complaint', () => (lines.some((line) => line.includes('Node 2 is no heavy node')) ? true : undefined));
    await other.stop();
  });
});
