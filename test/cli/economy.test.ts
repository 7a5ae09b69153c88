import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex, parseEther } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { closingSeconds } from '../../offchain/chain/read-channel.ts';
import type { ConfigInput } from '../../offchain/cli/config.ts';
import { makeHome } from '../../offchain/cli/devnet/node-home.ts';
import { createSupervisor } from '../../offchain/cli/processes.ts';
import { type TestHoldfast, addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';
import { runCli, temporaryFolder } from './run-cli.ts';

const PASSWORD = 'a password';
const PROVIDER = 2;
const [WALLET, NEW_KEY, EDGE] = [12, 13, 14];
const TOKEN = 10n ** 18n;
let holdfast: TestHoldfast;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  holdfast = await startHoldfast();
  await registerNodes(holdfast, 1);
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'deployment.json'), formatDeployment(holdfast.deployment));
  await buyTokens(await holdfast.as(WALLET), { coin: parseEther('1') });
});
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
  await holdfast?.stop();
});

const homes = new Map<number, Promise<string>>();

/** The home folder of a devnet account; made when it is first used. */
function homeOf(account: number, more: ConfigInput = {}): Promise<string> {
  const home = homes.get(account) ?? newHome(account, more);
  homes.set(account, home);
  return home;
}

async function newHome(account: number, more: ConfigInput): Promise<string> {
  const home = join(folder.path, `account-${account}`);
  await mkdir(home, { recursive: true });
  const privateKey: Hex = bytesToHex(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey!);
  await makeHome({ home, password: PASSWORD, privateKey, config: { network: { rpc: [holdfast.rpcUrl], deployment: join(folder.path, 'deployment.json') }, ...more } });
  return home;
}

async function run(home: string, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return runCli([...args, '--home', home], { env: { HOLDFAST_PASSWORD: PASSWORD } });
}

async function json<T>(home: string, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(home, ...args, '--json');
  expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
  return JSON.parse(stdout) as T;
}

describe('the command line', { timeout: 60_000 }, () => {
  it('opens, tops up, lists and closes channels', async () => {
    const home = await homeOf(WALLET);
    expect(await json(home, 'channel', 'open', String(PROVIDER), '2')).toMatchObject({ channel: '1', payee: PROVIDER, heavy: 1, deposit: String(2n * TOKEN) });
    expect(await json(home, 'channel', 'top-up', '1', '0.5')).toMatchObject({ deposit: String((5n * TOKEN) / 2n) });
    const list = await run(home, 'channel', 'list');
    expect(list.stdout).toBe('Channel 1 pays node 2: 2.5 tokens deposited, 0 of them redeemed.\n');
    const begun = await run(home, 'channel', 'close', '1');
    expect(begun.stdout).toMatch(/^Channel 1 is closing: run the same command again after \d{4}-/);
    await holdfast.advance(await closingSeconds(await holdfast.as(WALLET)));
    expect((await run(home, 'channel', 'close', '1')).stdout).toBe('Channel 1 is closed; 2.5 tokens came back.\n');
    const gone = await run(home, 'channel', 'close', '1');
    expect(gone).toMatchObject({ code: 1, stderr: 'holdfast: There is no channel 1. Check the number: it may have been closed.\n' });
  });

  it('sponsors the readers of a content', async () => {
    const home = await homeOf(WALLET);
    const pool = await json<{ pool: string; maxPerMib: string; left: string }>(home, 'sponsor', 'open', 'bafkreiexample', '3', '--max-per-gib', '1.024');
    expect(pool).toMatchObject({ pool: '1', maxPerMib: String(TOKEN / 1000n), left: String(3n * TOKEN) });
    expect(await json(home, 'sponsor', 'fund', '1', '1')).toMatchObject({ left: String(4n * TOKEN) });
    expect((await run(home, 'sponsor', 'status', '1')).stdout).toContain('4 tokens are left.');
    expect((await run(home, 'sponsor', 'close', '1')).stdout).toContain('Pool 1 is closing');
  });

  it('refuses endowments that cannot be, in plain words', async () => {
    const home = await homeOf(WALLET);
    expect((await run(home, 'endow', 'status', '7')).stderr).toContain('There is no fund 7.');
    expect((await run(home, 'endow', 'status')).code).toBe(2);
    expect((await run(home, 'endow', 'found', '1', '2')).stderr).toContain('There is no agreement 1.');
  });

  it("changes a node's key by its payout address", async () => {
    const next = addressOf(await holdfast.as(NEW_KEY));
    const old = await homeOf(2);
    expect((await run(old, 'operator', 'show', String(PROVIDER))).stdout).toContain('which is the operator itself');
    expect((await run(old, 'operator', 'name', String(PROVIDER), 'nobody')).code).toBe(2);
    expect(await json(old, 'operator', 'name', String(PROVIDER), next)).toMatchObject({ named: next });
    expect(await json(await homeOf(NEW_KEY), 'operator', 'accept', String(PROVIDER))).toMatchObject({ operator: next, tier: 'standard' });
    expect((await run(old, 'provider', 'withdraw')).stderr).toContain('operates no node');
  });

  it('runs an edge node as a process of its own', async () => {
    const home = await homeOf(EDGE, { edge: { region: 3, parent: 1, cache: { maxBytes: '1000000' }, p2p: { enabled: false } } });
    const supervisor = createSupervisor({ logFolder: join(folder.path, 'logs'), cacheFolder: join(folder.path, 'cache') });
    try {
      const child = await supervisor.start({ name: 'edge', args: ['edge', 'start', '--home', home, '--supervised'], env: { HOLDFAST_PASSWORD: PASSWORD } });
      const id = Number(child.ready['id']);
      expect(await readNode(await holdfast.as(WALLET), id)).toMatchObject({ tier: 'edge', endpoint: child.ready['url'] });
      expect((await run(home, 'edge', 'status')).stdout).toContain('0 fragments, 0 B of 977 KiB');
    } finally {
      await supervisor.stopAll();
    }
  });
});
