import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { epochSeed } from '../../offchain/chain/epoch-seed.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { startHeavy } from '../../offchain/heavy/service.ts';
import type { RunningHeavy } from '../../offchain/heavy/service.ts';
import type { CauseCode } from '../../offchain/wire/condition.ts';
import { Health } from '../../offchain/wire/condition.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { HeavyStatus } from '../../offchain/wire/messages.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import type { RpcLine } from '../support/rpc-line.ts';

let holdfast: TestHoldfast;
let watcher: Chain;
let line: RpcLine;
let folder: string;
let heavy: RunningHeavy;
let isMounted = false;
const lines: string[] = [];

/** A file system of 8 MiB for the database, where this user may mount one. */
function mountSmall(path: string): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('This user may not mount a small file system: what a heavy node does on a full disk is not tested.\n');
    return false;
  }
}

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: 3, epochsPerPeriod: 100 });
  watcher = await holdfast.as(0);
  line = await startRpcLine(holdfast.rpcUrl);
  folder = await mkdtemp(join(tmpdir(), 'holdfast-ready-'));
  const home = join(folder, 'heavy');
  isMounted = mountSmall(home);
  heavy = await startHeavy({
    rpcUrls: [line.url], deployment: holdfast.deployment, account: devAccount(1, DEV_CHAIN_ID), write: (line) => void lines.push(line),
    settings: { home, p2p: { enabled: false }, loops: { watchMs: 200, directoryMs: 100 }, health: { freeBytes: 0, loopFailures: 2 } },
  });
});
afterAll(async () => {
  if (line !== undefined) line.mode = 'pass';
  await heavy?.stop();
  await line?.stop();
  await holdfast?.stop();
  if (isMounted) execFileSync('umount', ['-l', join(folder, 'heavy')]);
  await rm(folder, { recursive: true, force: true });
});

const readyz = async () => {
  const reply = await fetch(`${heavy.url}/readyz`);
  return { status: reply.status, ...Health.parse(await reply.json()) };
};
const codes = async (): Promise<CauseCode[]> => (await readyz()).causes.map(({ code }) => code);

it('without its RPC: alive, not ready, answering; afterwards it fixes seeds again by itself', async () => {
  await expect.poll(codes, { timeout: 10_000 }).toEqual([]);
  line.mode = 'cut';
  await expect.poll(codes, { timeout: 60_000, interval: 500 }).toEqual(expect.arrayContaining(['RPC_AWAY', 'LOOP_FAILING']));
  expect(await readyz()).toMatchObject({ status: 503, condition: 'failing' });
  expect((await fetch(`${heavy.url}/healthz`)).status).toBe(200);
  expect(await requestJson(`${heavy.url}/status`, { schema: HeavyStatus })).toMatchObject({ id: heavy.id, condition: 'failing' });
  expect(await (await fetch(`${heavy.url}/metrics`)).text()).toMatch(/^holdfast_node_cause\{code="RPC_AWAY"\} 1$/m);
  line.mode = 'pass';
  const poked = () => lines.filter((text) => text.includes('"epoch.poked"'));
  const before = poked().length;
  await expect.poll(() => poked().length, { timeout: 20_000 }).toBeGreaterThan(before);
  expect(await epochSeed(watcher, (JSON.parse(poked().at(-1)!) as { epoch: number }).epoch)).toBeDefined();
  await expect.poll(codes, { timeout: 20_000, interval: 500 }).toEqual([]);
});

it.skipIf(process.env['DATABASE_URL'] !== undefined)('with a full disk under its database: it says so, answers, and goes on when there is space', async ({ skip }) => {
  if (!isMounted) skip();
  const filler = join(folder, 'heavy', 'filler');
  // Down to the last page: the log of the database has some room of its own.
  for (let sizeBytes = 8 << 20; sizeBytes >= 4_096; sizeBytes >>= 1) await writeFile(filler, Buffer.alloc(sizeBytes), { flag: 'a' }).catch(() => undefined);
  await expect.poll(codes, { timeout: 60_000, interval: 500 }).toContain('DATABASE_READ_ONLY');
  expect((await readyz()).status).toBe(503);
  expect((await requestJson(`${heavy.url}/status`, { schema: HeavyStatus })).id).toBe(heavy.id);
  await rm(filler);
  await expect.poll(codes, { timeout: 20_000, interval: 500 }).toEqual([]);
});
