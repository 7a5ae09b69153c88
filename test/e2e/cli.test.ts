import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, runCli, temporaryFolder } from '../cli/run-cli.ts';

interface Devnet {
  readonly rpcUrl: string;
  readonly deploymentPath: string;
  readonly password: string;
  readonly creatorHome: string;
  readonly heavies: readonly { readonly id: number; readonly home: string }[];
  readonly providers: readonly { readonly id: number; readonly home: string; readonly url: string }[];
}

/** A person's way through the commands, on the devnet that `holdfast devnet` starts. */
describe('the commands on a devnet', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let devnetProcess: ChildProcess;
  let devnet: Devnet;

  const holdfast = (...args: string[]) => runCli(args, { env: { HOLDFAST_PASSWORD: devnet.password } });
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await holdfast(...args, '--json');
    expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
    return JSON.parse(stdout) as T;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    const args = [MAIN, 'devnet', '--heavies', '1', '--providers', '5', '--folder', join(folder.path, 'devnet'), '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    devnetProcess = child;
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    devnet = JSON.parse(line) as Devnet;
  }, 120_000);

  afterAll(async () => {
    if (devnetProcess.exitCode === null) {
      devnetProcess.kill('SIGINT');
      expect(await once(devnetProcess, 'close')).toEqual([0, null]);
    }
    await folder[Symbol.asyncDispose]();
  }, 60_000);

  it('refuses to rent without tokens: exit code 4', async () => {
    const { code, stderr } = await holdfast('rent', '--home', devnet.creatorHome, '--scheme', '2+2', '--space', '4MiB', '--batch', '256KiB', '--max-price', '1', '--yes');
    expect(stderr).toContain('Buy tokens');
    expect(code).toBe(4);
  });

  it('refuses to buy tokens without coin: exit code 4', async () => {
    const home = join(folder.path, 'poor');
    await holdfast('init', '--home', home, '--light-scrypt');
    const { code, stderr } = await holdfast('tokens', '--home', home, '--rpc', devnet.rpcUrl, '--deployment', devnet.deploymentPath, '--buy', '1');
    expect(stderr).toContain('too little coin');
    expect(code).toBe(4);
  });

  it('buys tokens, rents, stores, lists and restores on another machine', async () => {
    const { creatorHome } = devnet;
    const bought = await json<{ bought: string; tokens: string }>('tokens', '--home', creatorHome, '--buy', '1');
    expect(BigInt(bought.bought)).toBe(1000n * 10n ** 18n);

    const rented = await holdfast('rent', '--home', creatorHome, '--scheme', '2+2', '--space', '4MiB', '--batch', '256KiB', '--max-price', '1', '--yes');
    expect(rented).toMatchObject({ code: 0, stderr: '' });
    expect(rented.stdout.indexOf('Cost')).toBeGreaterThan(0);
    expect(rented.stdout.indexOf('Cost')).toBeLessThan(rented.stdout.indexOf('Agreement 1 runs until'));

    const data = join(folder.path, 'letters');
    await mkdir(data);
    await writeFile(join(data, 'to Ada.txt'), 'hold fast');
    const stored = await json<{ receipts: number[]; unchanged: boolean }>('put', data, '--home', creatorHome);
    expect(stored).toMatchObject({ unchanged: false, receipts: [0, 1, 2, 3] });
    expect(await json('put', data, '--home', creatorHome)).toMatchObject({ unchanged: true });
    expect((await json<{ name: string }[]>('ls', '--home', creatorHome)).map(({ name }) => name)).toEqual(['letters']);

    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await copyFile(join(creatorHome, 'keystore.json'), join(elsewhere, 'keystore.json'));
    const into = join(folder.path, 'restored');
    const got = await holdfast('get', 'letters', into, '--home', elsewhere, '--rpc', devnet.rpcUrl, '--deployment', devnet.deploymentPath, '--quiet');
    expect(got).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(into, 'to Ada.txt'), 'utf8')).toBe('hold fast');
  });

  it('shows how agreements and providers stand', async () => {
    const { stdout } = await holdfast('status', '--home', devnet.creatorHome);
    expect(stdout).toContain('Agreement 1: 2+2');
    expect(stdout).toContain('2 more providers may be lost without losing data');
    const [provider] = devnet.providers;
    const status = await holdfast('provider', 'status', '--home', provider?.home ?? '');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`Provider    ${provider?.id} (standard`) });
  });

  it('extends, renews and grows an agreement, and challenges and fires its providers', async () => {
    const { creatorHome } = devnet;
    const before = (await json<{ agreements: { endPeriod: number; slots: { provider: number }[] }[] }>('status', '--home', creatorHome)).agreements[0]!;
    expect((await json<{ endPeriod: number }>('extend', '--periods', '50', '--yes', '--home', creatorHome)).endPeriod).toBe(before.endPeriod + 50);
    expect(await json('renew', '--periods', '4', '--top-up', '1', '--home', creatorHome)).toMatchObject({ agreement: 1, pot: String(10n ** 18n) });
    expect(await json('renew', '--take', '--home', creatorHome)).toMatchObject({ pot: '0' });
    expect(await json('grow', '--space', '1MiB', '--max-price', '1', '--home', creatorHome)).toMatchObject({ agreement: 1 });
    expect(await json('challenge', '--slot', '2', '--bundle', '0', '--home', creatorHome)).toMatchObject({ agreement: 1, slot: 2, bundle: 0 });
    const fired = await holdfast('fire', String(before.slots[3]?.provider), '--home', creatorHome);
    expect(fired).toMatchObject({ code: 0, stdout: expect.stringContaining('has notice for slot 3') });
    expect(await json('session', '0x00000000000000000000000000000000000000aa', '--hours', '2', '--home', creatorHome)).toMatchObject({ expiry: expect.any(Number) });
  });

  it('frees what was deleted, and pays what is owed', async () => {
    const { creatorHome } = devnet;
    const refused = await holdfast('retire', '--bundle', '0', '--home', creatorHome);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('still holds parts of "letters"') });
    expect(await json('repair', '--home', creatorHome)).toMatchObject({ agreement: 1, lostBundles: [], moved: [], retired: [] });
    expect(await json('rm', 'letters', '--home', creatorHome)).toMatchObject({ name: 'letters' });
    expect(await json('collect', '--home', creatorHome)).toMatchObject({ forgotten: 2, bundles: [0, 1] });
    const paid = await holdfast('withdraw', '--home', creatorHome);
    expect(paid).toMatchObject({ code: 0, stderr: '' });
    const early = await holdfast('release', '1', '--home', creatorHome);
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('Agreement 1 runs until') });
    const closed = await json<{ endPeriod: number; refund: string }>('close', '--yes', '--home', creatorHome);
    expect(BigInt(closed.refund)).toBeGreaterThan(0n);
  });

  it('shows and pays what nodes earn, and lets a provider leave', async () => {
    const home = devnet.providers[0]?.home ?? '';
    expect(await json('provider', 'earnings', '--home', home)).toMatchObject({ provider: devnet.providers[0]?.id, slashed: '0' });
    expect((await holdfast('provider', 'withdraw', '--home', home)).stdout).toMatch(/tokens are settled, [0-9.]+ are paid out/);
    expect((await holdfast('provider', 'exit', '--home', home)).stdout).toContain('leaves');
    expect(await json('provider', 'exit', '--cancel', '--home', home)).toMatchObject({ leaving: false });
    const heavyHome = devnet.heavies[0]?.home ?? '';
    expect(await json('heavy', 'fees', '--home', heavyHome)).toMatchObject({ heavy: devnet.heavies[0]?.id });
    expect((await holdfast('heavy', 'fees', '--withdraw', '--home', heavyHome)).stdout).toContain('rails are settled');
    expect(await holdfast('heavy', 'fees', '--home', home)).toMatchObject({ code: 1, stderr: expect.stringContaining('is a standard node') });
  });

  it('says so when a name is not stored', async () => {
    const { code, stderr } = await holdfast('get', 'nothing', join(folder.path, 'nothing'), '--home', devnet.creatorHome);
    expect(code).toBe(7);
    expect(stderr).toContain('There is no "nothing"');
  });

  it('asks before it pays, and cannot ask without a terminal', async () => {
    const { code, stdout, stderr } = await holdfast('rent', '--home', devnet.creatorHome, '--scheme', '2+2', '--space', '1MiB', '--batch', '64KiB');
    expect(stdout).toContain('Cost');
    expect(stderr).toContain('Give --yes.');
    expect(code).toBe(2);
  });
});
