/** The doctor on a machine where everything is well, and where one thing after the other is broken: real files, sockets and chain. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addStake } from '../../offchain/chain/add-stake.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { ConfigInput } from '../../offchain/cli/config.ts';
import { makeHome } from '../../offchain/cli/devnet/node-home.ts';
import { diagnose } from '../../offchain/cli/doctor.ts';
import type { Role } from '../../offchain/cli/doctor.ts';
import { databaseCheck } from '../../offchain/doctor/database.ts';
import { diskCheck } from '../../offchain/doctor/disk.ts';
import { examine } from '../../offchain/doctor/examine.ts';
import type { Finding } from '../../offchain/doctor/finding.ts';
import { heaviesCheck } from '../../offchain/doctor/heavies.ts';
import { machineCheck } from '../../offchain/doctor/machine.ts';
import { quotaFindings } from '../../offchain/doctor/quota.ts';
import { rpcCheck } from '../../offchain/doctor/rpc.ts';
import { startHeavy } from '../../offchain/heavy/service.ts';
import type { RunningHeavy } from '../../offchain/heavy/service.ts';
import { openStore } from '../../offchain/store/open.ts';
import { runCli } from '../cli/run-cli.ts';
import { type TestHoldfast, addressOf, startHoldfast } from '../support/holdfast.ts';

const PASSWORD = 'correct horse battery';
const [HEAVY, PROVIDER, CREATOR] = [1, 3, 12];
let holdfast: TestHoldfast;
let folder: string;
let heavy: RunningHeavy;

beforeAll(async () => {
  process.env['HOLDFAST_PASSWORD'] = PASSWORD;
  holdfast = await startHoldfast();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-doctor-test-'));
  await writeFile(join(folder, 'deployment.json'), formatDeployment(holdfast.deployment));
  heavy = await startHeavy({ rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment, account: devAccount(HEAVY, DEV_CHAIN_ID), settings: { home: join(folder, 'heavy-service') }, write: () => undefined });
});
afterAll(async () => {
  delete process.env['HOLDFAST_PASSWORD'];
  await heavy?.stop();
  await holdfast?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function homeOf(name: string, account: number, more: ConfigInput = {}): Promise<string> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  await makeHome({ home, password: PASSWORD, privateKey: bytesToHex(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey!), config: { network: { rpc: [holdfast.rpcUrl], deployment: join(folder, 'deployment.json') }, ...more } });
  return home;
}

async function look(role: Role, home: string, more: Readonly<Record<string, unknown>> = {}): Promise<{ status: string; of(check: string): Finding; findings: readonly Finding[] }> {
  const { status, findings } = await diagnose(role, { home, ...more });
  for (const { cause, fix, status: one } of findings) {
    expect(cause).toMatch(/^[A-Z/0-9].*\.$|^http/s);
    expect(one === 'ok' ? '' : fix).not.toBeUndefined();
  }
  return { status, findings, of: (check) => findings.find((one) => one.check === check && one.status !== 'ok') ?? findings.find((one) => one.check === check) ?? expect.fail(`nothing was said of ${check}`) };
}

function providerConfig(more: Partial<NonNullable<ConfigInput['provider']>> = {}): ConfigInput {
  return { provider: { region: 1, parent: 1, stake: parseEther('100'), capacityBytes: 1n << 30n, price: { perBatchEpoch: 2n ** 34n }, ...more } } as unknown as ConfigInput;
}

describe('a creator', () => {
  it('is well with a wallet, coin, tokens and a heavy node that answers', async () => {
    const home = await homeOf('well', CREATOR);
    await buyTokens(await holdfast.as(CREATOR), { coin: parseEther('1') });
    const { of, findings } = await look('creator', home);
    for (const check of ['config', 'node', 'keystore', 'deployment', 'rpc', 'clock', 'heavies', 'gas', 'tokens', 'disk']) expect(of(check), check).toMatchObject({ status: expect.stringMatching(/ok|warn/) });
    expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(of('disk').facts).toMatchObject({ writeMibPerSecond: expect.any(Number), readMibPerSecond: expect.any(Number), syncMs: expect.any(Number) });
  });

  it('is told what is missing in an empty folder, and nothing is made there', async () => {
    const { status, of } = await look('creator', join(folder, 'nothing'));
    expect(status).toBe('fail');
    expect(of('keystore')).toMatchObject({ status: 'fail', fix: expect.stringContaining('holdfast init') });
    expect(of('rpc').cause).toBe('No RPC address is configured.');
    expect(of('deployment').cause).toContain('is missing');
    expect(of('gas').status).toBe('fail');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('is told of a bad configuration, a bad key and a wrong password, and the rest is looked at all the same', async () => {
    const home = await homeOf('bad', 13);
    await writeFile(join(home, 'config.json'), '{"network": {"rcp": []}}');
    expect((await look('creator', home)).of('config')).toMatchObject({ status: 'fail', cause: expect.stringContaining('rcp') });
    const damaged = await homeOf('damaged', 14);
    await writeFile(join(damaged, 'keystore.json'), '{"version": 3');
    const { of } = await look('creator', damaged);
    expect(of('keystore').cause).toContain('is not a keystore');
    expect(of('rpc').status).toBe('ok');
    const wrong = join(folder, 'wrong-password');
    await writeFile(wrong, 'another one');
    expect((await look('creator', await homeOf('wrong', 15), { passwordFile: wrong })).of('keystore')).toMatchObject({ status: 'fail', facts: { code: 'WRONG_PASSWORD' } });
    await chmod(join(folder, 'wrong', 'keystore.json'), 0o644);
    expect((await look('creator', join(folder, 'wrong'))).of('keystore')).toMatchObject({ status: 'warn', fix: expect.stringContaining('chmod 600') });
  });

  it('is told by the exit code and in JSON', async () => {
    const well = await runCli(['doctor', '--home', join(folder, 'well'), '--json'], { env: { HOLDFAST_PASSWORD: PASSWORD } });
    expect([well.code, JSON.parse(well.stdout)]).toMatchObject([0, { role: 'creator', findings: expect.arrayContaining([expect.objectContaining({ check: 'rpc', status: 'ok' })]) }]);
    const bad = await runCli(['doctor', '--home', join(folder, 'nothing')]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^FAIL {2}keystore .*\n +-> holdfast init/m);
  });
});

describe('the chain and the clock', () => {
  it('dead, wrong and lagging addresses are told apart; the only one that is bad is a failure', async () => {
    const dead = 'http://127.0.0.1:9';
    const one = await examine([rpcCheck({ urls: [dead], chainId: DEV_CHAIN_ID, isDevelopment: true })]);
    expect(one).toMatchObject([{ status: 'fail', cause: expect.stringContaining('does not answer') }]);
    const lagging = await rpcServer({ eth_chainId: '0x7a69', eth_getBlockByNumber: block(1n, 1) });
    const foreign = await rpcServer({ eth_chainId: '0x1', eth_getBlockByNumber: block(9_999n, 1) });
    const newest = await rpcServer({ eth_chainId: '0x7a69', eth_getBlockByNumber: block(100n, 1) });
    const all = await examine([rpcCheck({ urls: [newest.url, lagging.url, foreign.url, dead], chainId: DEV_CHAIN_ID, isDevelopment: true })]);
    expect(all.map(({ status }) => status)).toEqual(['ok', 'warn', 'warn', 'warn', 'ok']);
    expect(all[1]!.cause).toContain('99 blocks behind');
    expect(all[2]!.cause).toContain('serves chain 1; the deployment is on chain 31337');
    for (const server of [lagging, foreign, newest]) server.close();
  });

  it('a clock that is wrong is seen by blocks and by heavy nodes', async () => {
    const now = Math.floor(Date.now() / 1000);
    const server = await rpcServer({ eth_chainId: '0x1', eth_getBlockByNumber: block(5n, now) });
    const at = (nowMs: number) => examine([rpcCheck({ urls: [server.url], chainId: 1, isDevelopment: false, nowMs: () => nowMs })]).then((all) => all.find(({ check }) => check === 'clock'));
    expect(await at(now * 1000)).toMatchObject({ status: 'ok' });
    expect(await at((now - 3_600) * 1000)).toMatchObject({ status: 'fail', cause: expect.stringContaining('3600 s behind') });
    expect(await at((now + 3_600) * 1000)).toMatchObject({ status: 'fail', cause: expect.stringContaining('3600 s old') });
    server.close();
    const skewed = await examine([heaviesCheck(async () => [heavy.url], { nowMs: () => Date.now() + 600_000 })]);
    expect(skewed).toMatchObject([{ check: 'heavies', status: 'ok' }, { check: 'clock', status: 'fail', cause: expect.stringContaining('ahead of') }]);
    expect(await examine([heaviesCheck(async () => ['http://127.0.0.1:9'])])).toMatchObject([{ status: 'fail', cause: expect.stringContaining('None of 1') }]);
  });

  it('a look that hangs ends in time', async () => {
    expect(await examine([{ name: 'slow', run: () => new Promise(() => undefined) }], { lookMs: 50 })).toMatchObject([{ check: 'slow', status: 'fail', cause: 'No answer within 0.05 s.' }]);
  });
});

describe('a provider', () => {
  it('that was never started is told what it needs', async () => {
    const home = await homeOf('fresh', PROVIDER, providerConfig());
    const { of } = await look('provider', home);
    expect(of('port').status).toBe('ok');
    expect(of('stake')).toMatchObject({ status: 'fail', cause: expect.stringContaining('not registered') });
    expect(of('reach').cause).toContain('not registered yet');
    expect(of('database').cause).toContain('no database yet');
    expect((await look('provider', await homeOf('no-section', 16))).of('config').cause).toContain('no section "provider"');
  });

  it('that is registered and stands still is called back by its parent, and told when nobody reaches it', async () => {
    const chain = await holdfast.as(PROVIDER);
    await buyTokens(chain, { coin: parseEther('1') });
    const port = await freePort();
    const { id } = await registerNode(chain, { tier: 'standard', region: 1, parent: heavy.id, payout: addressOf(chain), endpoint: `http://127.0.0.1:${port}` });
    await addStake(chain, { id, amount: parseEther('100') });
    const home = await homeOf('standing', PROVIDER, providerConfig({ listen: { host: '127.0.0.1', port } }));
    const reached = await look('provider', home);
    expect(reached.of('reach')).toMatchObject({ status: 'ok', cause: expect.stringContaining('reached this machine') });
    expect(reached.of('stake').status).toBe('ok');
    const hidden = await homeOf('hidden', PROVIDER, providerConfig({ listen: { host: '127.0.0.1', port }, endpoint: 'http://127.0.0.1:9' }));
    expect((await look('provider', hidden)).of('reach')).toMatchObject({ status: 'warn', cause: expect.stringContaining('reached nobody') });
  }, 60_000);

  it('is told of a port that another program has, and of addresses that are not here', async () => {
    const other = createServer((_request, response) => void response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const busy = await homeOf('busy', 17, providerConfig({ listen: { host: '127.0.0.1', port } }));
    expect((await look('provider', busy)).of('port')).toMatchObject({ status: 'fail', cause: `127.0.0.1:${port} is in use by another program.` });
    other.close();
    const away = await homeOf('away', 18, providerConfig({ listen: { host: '203.0.113.7', port: 8080 } }));
    expect((await look('provider', away)).of('port')).toMatchObject({ status: 'fail', cause: expect.stringContaining('no address of this machine') });
  });
});

describe('disks, databases and the machine', () => {
  it('folders that cannot be written are failures with their reason', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    expect((await examine([diskCheck({ folder: file, wantBytes: 0n, why: 'a test' })]))[0]).toMatchObject({ status: 'fail', cause: expect.stringContaining('is no folder') });
    // Root may write anywhere, but for what the kernel itself keeps.
    expect((await examine([diskCheck({ folder: '/proc/self', wantBytes: 0n, why: 'a test' })]))[0]).toMatchObject({ status: 'fail', cause: expect.stringMatching(/\/proc\/self/) });
    if (process.getuid?.() !== 0) {
      const closed = join(folder, 'closed');
      await mkdir(closed, { mode: 0o500 });
      expect((await examine([diskCheck({ folder: closed, wantBytes: 0n, why: 'a test' })]))[0]).toMatchObject({ status: 'fail', cause: expect.stringContaining('may not write') });
    }
  });

  it('a full disk, or one that is too small for what is promised, is told', async () => {
    const small = await examine([diskCheck({ folder, wantBytes: 1n << 60n, why: 'a test' })]);
    expect(small.find(({ check }) => check === 'space')).toMatchObject({ status: 'fail', cause: expect.stringContaining('are wanted: a test') });
    // A limit of the process: writing ends as on a disk without a byte left.
    const script = `import { diskCheck } from ${JSON.stringify(join(import.meta.dirname, '../../offchain/doctor/disk.ts'))}; console.log(JSON.stringify(await diskCheck({ folder: process.argv[1], wantBytes: 0n, why: '' }).run(AbortSignal.timeout(9000)), (_, one) => String(one) === one || typeof one !== 'bigint' ? one : String(one)));`;
    const full = spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f 1024; exec "$0" --input-type=module-typescript -e "$1" "$2"`, process.execPath, script, folder], { encoding: 'utf8' });
    expect((JSON.parse(full.stdout) as Finding[]).find(({ check }) => check === 'disk')).toMatchObject({ status: 'fail', cause: expect.stringContaining('is full') });
    const store = await openStore({ url: `file:${join(folder, 'quota.db')}` });
    expect(await quotaFindings({ store, home: folder, capacityBytes: 1n << 61n })).toMatchObject([{ check: 'quota', status: 'warn', cause: expect.stringContaining('on offer does not fit') }]);
    await store.$disconnect();
  });

  it('a database that is none is told, and one that is well is read and written', async () => {
    const home = join(folder, 'database');
    await mkdir(home);
    await writeFile(join(home, 'state.db'), Buffer.alloc(8_192, 'not a database '));
    expect(await examine([databaseCheck({ home, name: 'state' })])).toMatchObject([{ check: 'database', status: 'fail', facts: { code: 'STORE_DAMAGED' } }]);
    await openStore({ url: `file:${join(home, 'good.db')}` }).then((store) => store.$disconnect());
    expect(await examine([databaseCheck({ home, name: 'good' })])).toMatchObject([{ status: 'ok', cause: expect.stringContaining('can be read and written') }]);
  });

  it('limits of the machine are compared with what is wanted', async () => {
    const [node, descriptors, memory] = await examine([machineCheck({ descriptors: 1e9, memoryBytes: 1e18 })]);
    expect([node?.status, descriptors?.status, memory?.status]).toEqual(['ok', expect.stringMatching(/warn|ok/), 'fail']);
    expect(descriptors?.cause).toMatch(/\d+|tell/);
  });
});

function block(number: bigint, timestamp: number): unknown {
  const zero = `0x${'0'.repeat(64)}`;
  return { number: `0x${number.toString(16)}`, timestamp: `0x${timestamp.toString(16)}`, hash: zero, parentHash: zero, transactions: [], gasLimit: '0x1', gasUsed: '0x0', size: '0x1', difficulty: '0x0', nonce: '0x0', baseFeePerGas: '0x1' };
}

async function rpcServer(replies: Readonly<Record<string, unknown>>): Promise<{ url: string; close(): void }> {
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    const { id, method } = JSON.parse(text) as { id: number; method: string };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result: replies[method] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
