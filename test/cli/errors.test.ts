import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zeroAddress } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.ts';

const PASSWORD = { HOLDFAST_PASSWORD: 'correct horse' };
const PRIVATE_KEY = `0x${'42'.repeat(32)}` as const;
const ADDRESS = privateKeyToAddress(PRIVATE_KEY);
/** Port 1 is nobody's: connections are refused at once. */
const DEAD_RPC = 'http://127.0.0.1:1';

describe('errors', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let home: string;
  let common: string[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    home = join(folder.path, 'home');
    const deployment = join(folder.path, 'deployment.json');
    const keyFile = join(folder.path, 'key');
    await writeFile(keyFile, `${PRIVATE_KEY}\n`);
    await writeFile(deployment, JSON.stringify({ chainId: 31337, token: zeroAddress, sale: zeroAddress, registry: zeroAddress, market: zeroAddress, lens: zeroAddress, fromBlock: '0' }));
    const made = await runCli(['init', '--home', home, '--private-key-file', keyFile, '--rpc', DEAD_RPC, '--deployment', deployment, '--light-scrypt', '--json'], { env: PASSWORD });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({ address: ADDRESS });
    common = ['--home', home];
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it('init keeps the key to its owner and remembers network and deployment', async () => {
    expect((await stat(join(home, 'keystore.json'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(home, 'config.json'), 'utf8'))).toEqual({ network: { rpc: [DEAD_RPC] } });
    expect(await readFile(join(home, 'deployment.json'), 'utf8')).toContain('31337');
  });

  it('init never replaces a key', async () => {
    const before = await readFile(join(home, 'keystore.json'), 'utf8');
    const { code, stderr } = await runCli(['init', ...common], { env: PASSWORD });
    expect(code).toBe(1);
    expect(stderr).toContain('exists already');
    expect(await readFile(join(home, 'keystore.json'), 'utf8')).toBe(before);
  });

  it('a wrong password is exit code 3', async () => {
    const { code, stderr } = await runCli(['tokens', ...common], { env: { HOLDFAST_PASSWORD: 'wrong' } });
    expect(code).toBe(3);
    expect(stderr).toContain('The password does not open');
  });

  it('no password and no terminal is exit code 2', async () => {
    const { code, stderr } = await runCli(['tokens', ...common]);
    expect(code).toBe(2);
    expect(stderr).toContain('HOLDFAST_PASSWORD');
  });

  it('reads the password from a file, and says when it cannot', async () => {
    const file = join(folder.path, 'password');
    await writeFile(file, 'wrong\n');
    expect(await runCli(['tokens', ...common, '--password-file', file])).toMatchObject({ code: 3 });
    expect(await runCli(['tokens', ...common, '--password-file', `${file}s`])).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });

  it('a chain that does not answer is exit code 5', async () => {
    const { code, stderr, stdout } = await runCli(['tokens', ...common], { env: PASSWORD });
    expect(code).toBe(5);
    expect(stdout).toBe('');
    expect(stderr).toContain('could not be reached');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('prints the error body with --json', async () => {
    const { code, stdout } = await runCli(['ls', ...common, '--json'], { env: PASSWORD });
    expect(code).toBe(5);
    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'RPC_UNAVAILABLE', retryable: true, nextStep: expect.any(String), details: {} });
  });

  it('tells the whole story with --debug only', async () => {
    const { code, stderr } = await runCli(['tokens', ...common, '--debug'], { env: PASSWORD });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^\s+at /m);
  });

  it('a missing deployment file is exit code 2', async () => {
    const { code, stderr } = await runCli(['tokens', ...common, '--deployment', join(folder.path, 'nowhere.json')], { env: PASSWORD });
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.json');
  });

  it('a file that is no private key is not imported', async () => {
    const bad = join(folder.path, 'bad-key');
    await writeFile(bad, 'hello');
    await mkdir(join(folder.path, 'other'), { recursive: true });
    const { code, stderr } = await runCli(['init', '--home', join(folder.path, 'other'), '--private-key-file', bad], { env: PASSWORD });
    expect(code).toBe(2);
    expect(stderr).toContain('holds no private key');
    expect(stderr).not.toContain('hello');
  });
});
