import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { makeHome } from '../../offchain/cli/devnet/node-home.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import { PERIODS_PER_MONTH } from '../../offchain/wire/jobs.ts';
import { MAIN, runCli } from '../cli/run-cli.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from '../heavy/support.ts';
import type { Network } from '../heavy/support.ts';
import { booksOf } from './by-hand.ts';

const EPOCH_SECONDS = 40;
const EPOCHS_PER_PERIOD = 6;
const WORKER = devAccount(15, DEV_CHAIN_ID);
const PASSWORD = 'only for tests';

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let creator: Chain;
let folder: string;
let home: string;
let child: ChildProcess | undefined;
let settings: Parameters<Network['heavy']>[0];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-worker-'));
  network = await startNetwork({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD, standard: { ...DEVNET.standard, faultRun: 60 } });
  const loops = { watchMs: 200, repairMs: 500, namesMs: 500, probeMs: 500, directoryMs: 100, auditMs: 200, renewMs: 300 };
  settings = { loops, p2p: { enabled: false }, workers: { allow: [WORKER.address], payPerCpuHour: 10n ** 27n, auditsPerEpoch: 3 } };
  heavy = await network.heavy(settings);
  for (const region of [1, 2, 3, 4]) {
    await network.provider({ parent: heavy.id, region, p2p: { enabled: false }, ...(region === 1 ? { worker: { cpuShare: 0.1, cores: 1 } } : {}) });
  }
  creator = (await network.account()).chain;
  const match = await askMatch(heavy.url, await matchRequest(creator, { periods: 10 }));
  const agreement = await openMatch(creator, match);
  const sealKey = nodePlatform.randomBytes(32);
  await giveSealKey(creator, heavy.url, agreement, sealKey);
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(60_000)] });

  home = join(folder, 'home');
  const deployment = join(folder, 'deployment.json');
  await writeFile(deployment, formatDeployment(network.deployment));
  const privateKey: Hex = toHex(WORKER.getHdKey().privateKey as Uint8Array);
  const worker = { heavy: heavy.id, cpuShare: 0.5, cores: 2, ...(process.platform === 'linux' ? { idleCommand: ['sleep', '1000'] } : {}) };
  await makeHome({ home, password: PASSWORD, privateKey, config: { network: { rpc: [network.rpcUrl], deployment }, worker } });
});

afterAll(async () => {
  child?.kill('SIGKILL');
  await network?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli([...args, '--home', home, '--json'], { env: { HOLDFAST_PASSWORD: PASSWORD } });

describe('a worker of the command line', () => {
  it('starts, works, and tells its state', async () => {
    child = spawn(process.execPath, [MAIN, 'worker', 'start', '--home', home], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOLDFAST_PASSWORD: PASSWORD } });
    await until('it to be attached', async () => (await booksOf(heavy.url, WORKER.address))?.isAttached || undefined);
    // Audits are given out at the begin of an epoch.
    await network.advance(EPOCH_SECONDS);
    await until('the first jobs', async () => ((await booksOf(heavy.url, WORKER.address))?.jobs ?? 0) > 0 || undefined);
    const report = await until('its own word on that', async () => {
      const { code, stdout } = await cli('worker', 'status');
      expect(code).toBe(0);
      const said = JSON.parse(stdout) as { own?: { done: number } };
      return (said.own?.done ?? 0) > 0 ? said : undefined;
    });
    expect(report).toMatchObject({ heavy: heavy.id, books: { months: [{ worker: WORKER.address, month: 0, cores: 2, percent: 50, isAttached: true, state: 'open' }] }, own: { isAttached: true, share: 0.5 } });
    const status = await cli('heavy', 'status', '--url', heavy.url);
    expect(JSON.parse(status.stdout)).toMatchObject({ id: heavy.id, workers: { shareBps: 2_000, months: expect.arrayContaining([expect.objectContaining({ worker: WORKER.address })]) } });
  });

  it('may be a provider, too', async () => {
    const operator = await until('its promise', async () => {
      const line = network.lines.find((one) => one.event === 'workers.attached' && one['worker'] !== WORKER.address.toLowerCase());
      return line === undefined ? undefined : String(line['worker']);
    });
    expect(await booksOf(heavy.url, operator)).toMatchObject({ isAttached: true, percent: 10, cores: 1, jobs: 0, missedSeconds: 0 });
  });
});

describe('the end of a month', () => {
  it('pays for what was given, out of the fees, once', async () => {
    await network.advance(EPOCH_SECONDS + EPOCH_SECONDS / 2);
    await until('a proof', async () => ((await hasProved(creator, 2, await currentEpoch(creator))) ? true : undefined), 30_000);
    const seconds = (await booksOf(heavy.url, WORKER.address))?.deliveredSeconds ?? 0;
    expect(seconds).toBeGreaterThan(0);
    const before = await tokenBalance(creator, WORKER.address);
    await network.advance(EPOCH_SECONDS * EPOCHS_PER_PERIOD * PERIODS_PER_MONTH);
    const paid = await until('the pay', () => network.lines.find((line) => line.event === 'workers.paid'), 30_000);
    const closed = network.lines.find((line) => line.event === 'workers.month-closed');
    expect(closed).toMatchObject({ month: 0, workers: 2 });
    const [fees, pool, amount] = [closed?.['fees'], closed?.['pool'], paid['amount']].map((text) => BigInt(String(text)));
    expect(fees).toBeGreaterThan(0n);
    expect(pool).toBe(((fees as bigint) * 2_000n) / 10_000n);
    // All that was delivered is this worker's, and nothing was docked.
    expect(amount).toBe(pool);
    expect((await tokenBalance(creator, WORKER.address)) - before).toBe(amount);
  });

  it('is followed by a promise for the next one', async () => {
    const books = await until('the next month', async () => {
      const newest = await booksOf(heavy.url, WORKER.address);
      return newest?.month === 1 && newest.isAttached ? newest : undefined;
    }, 90_000);
    expect(books).toMatchObject({ state: 'open', factor: 1 });
    const status = JSON.parse((await cli('worker', 'status')).stdout) as { books: { months: { month: number; state: string; owed: string; txHash?: string }[] } };
    expect(status.books.months[1]).toMatchObject({ month: 0, state: 'paid', owed: expect.stringMatching(/^[1-9]/), txHash: expect.stringMatching(/^0x/) });
  });

  it('finds a payment on the chain that it had no time to note', async () => {
    const before = await tokenBalance(creator, WORKER.address);
    await heavy.stop();
    const store = await openNodeStore({ home: heavy.home, name: 'heavy' });
    const where = { worker_month: { worker: WORKER.address.toLowerCase(), month: 0 } };
    const { txHash } = await store.workerAccount.findUniqueOrThrow({ where });
    expect(txHash).not.toBeNull();
    await store.workerAccount.update({ where, data: { state: 'paying', txHash: null } });
    await store.$disconnect();
    heavy = await network.heavy(settings, heavy.index, heavy.home);
    await until('the note', async () => {
      const status = JSON.parse((await runCli(['heavy', 'status', '--url', heavy.url, '--home', home, '--json'], { env: { HOLDFAST_PASSWORD: PASSWORD } })).stdout) as { workers: { months: { month: number; worker: string; state: string; txHash?: string }[] } };
      const row = status.workers.months.find((one) => one.month === 0 && one.worker === WORKER.address);
      return row?.state === 'paid' && row.txHash === txHash ? true : undefined;
    });
    expect(await tokenBalance(creator, WORKER.address)).toBe(before);
  });

  it.runIf(process.platform === 'linux')('does not matter to a worker that is told to stop', async () => {
    const ended = new Promise<number | null>((resolve) => child?.once('exit', resolve));
    child?.kill('SIGTERM');
    expect(await ended).toBe(0);
    child = undefined;
  });
});
