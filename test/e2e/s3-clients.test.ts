import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from '../cli/run-cli.ts';
import { cliHome, json } from '../client/cli-homes.ts';
import { rentedClient, startWorld } from '../client/world.ts';
import type { World } from '../client/world.ts';

/** Programs of other people, unchanged, against `holdfast gateway` as it is started by hand, over a real network. */
const CLIENTS = ['aws', 'rclone', 's3cmd', 'restic'] as const;
const missing = CLIENTS.filter((name) => pathOf(name) === undefined);
if (missing.length > 0) process.stderr.write(`\n*** NOT TESTED, because not installed: ${missing.join(', ')} (Debian: apt-get install awscli rclone s3cmd restic) ***\n\n`);

const ACCOUNT = 13;
const PASSWORD = 'correct horse battery staple';

let world: World;
let home: string;
let gateway: ChildProcess;
let ready: { s3: string; accessKey: string };
let env: NodeJS.ProcessEnv;
let tree: string;

/** Debian's, also where another one comes first in the PATH. */
function pathOf(name: string): string | undefined {
  return ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function run(name: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(pathOf(name)!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
  const [code] = (await once(child, 'close')) as [number];
  expect(`${name} ${args.join(' ')}: ${code} ${code === 0 ? '' : err.slice(-2_000)}`).toBe(`${name} ${args.join(' ')}: 0 `);
  return out;
}

/** Paths and hashes of all files below. */
async function hashes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.sort().map(async (path) => [path.slice(folder.length), createHash('sha256').update(await readFile(path)).digest('hex')] as const)));
}

async function start(): Promise<void> {
  gateway = spawn(process.execPath, [MAIN, 'gateway', '--s3', '0', '--home', home, '--supervised'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, HOLDFAST_PASSWORD: PASSWORD, NO_COLOR: '1' } });
  // The log goes to standard output too.
  for await (const line of createInterface({ input: gateway.stdout! })) {
    const said = JSON.parse(line) as Partial<typeof ready>;
    if (said.s3 === undefined) continue;
    ready = said as typeof ready;
    break;
  }
  gateway.stdout!.resume();
}

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  home = await cliHome(world, 'gateway', ACCOUNT);
  const { client } = await rentedClient(world, { account: ACCOUNT });
  await client.close();
  await start();
  const [key] = await json<{ accessKey: string; secretKey: string }[]>('gateway', 'keys', 'list', '--secrets', '--home', home);
  const folder = join(world.folder, 'client');
  tree = join(folder, 'tree');
  await mkdir(join(tree, 'sub folder', 'ü'), { recursive: true });
  await writeFile(join(tree, 'empty'), '');
  await writeFile(join(tree, 'sub folder', 'a+b & c.txt'), 'hold fast');
  await writeFile(join(tree, 'sub folder', 'ü', '日本.bin'), randomBytes(70_000));
  await writeFile(join(tree, 'big'), randomBytes(9 * 2 ** 20));
  env = {
    PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', AWS_ACCESS_KEY_ID: key!.accessKey, AWS_SECRET_ACCESS_KEY: key!.secretKey, AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true',
    RCLONE_CONFIG: join(folder, 'none.conf'), RCLONE_CONFIG_HF_TYPE: 's3', RCLONE_CONFIG_HF_PROVIDER: 'Other', RCLONE_CONFIG_HF_ENV_AUTH: 'true', RCLONE_CONFIG_HF_ENDPOINT: ready.s3,
    RESTIC_REPOSITORY: `s3:${ready.s3}/restic`, RESTIC_PASSWORD: 'restic', RESTIC_CACHE_DIR: join(folder, 'cache'),
  };
  const host = new URL(ready.s3).host;
  await writeFile(join(folder, '.s3cfg'), `[default]\naccess_key = ${key!.accessKey}\nsecret_key = ${key!.secretKey}\nhost_base = ${host}\nhost_bucket = ${host}\nuse_https = False\nsignature_v2 = False\n`);
}, 90_000);

afterAll(async () => {
  if (gateway !== undefined && gateway.exitCode === null) {
    gateway.stdin!.end();
    await once(gateway, 'close');
  }
  await world?.stop();
}, 30_000);

describe('unmodified clients', { timeout: 60_000 }, () => {
  it.skipIf(missing.includes('aws'))('aws: make, copy, sync, list, presign, delete', async () => {
    const aws = (...args: string[]) => run('aws', '--endpoint-url', ready.s3, ...args);
    await aws('s3', 'mb', 's3://aws');
    await aws('s3', 'sync', '--only-show-errors', tree, 's3://aws/tree');
    const back = join(world.folder, 'aws-back');
    await aws('s3', 'sync', '--only-show-errors', 's3://aws/tree', back);
    expect(await hashes(back)).toEqual(await hashes(tree));
    const url = (await aws('s3', 'presign', 's3://aws/tree/sub folder/a+b & c.txt')).trim();
    expect(await (await fetch(url)).text()).toBe('hold fast');
    await aws('s3', 'rb', '--force', 's3://aws');
  });

  it.skipIf(missing.includes('rclone'))('rclone: copy, check, move, purge', async () => {
    await run('rclone', 'copy', tree, 'hf:rclone/tree', '--s3-chunk-size', '5M', '--s3-upload-cutoff', '6M');
    await run('rclone', 'check', tree, 'hf:rclone/tree', '--download');
    await run('rclone', 'moveto', 'hf:rclone/tree/big', 'hf:rclone/big 2');
    expect((await run('rclone', 'lsf', '-R', '--files-only', 'hf:rclone')).split('\n').filter((line) => line !== '').sort()).toEqual(['big 2', 'tree/empty', 'tree/sub folder/a+b & c.txt', 'tree/sub folder/ü/日本.bin']);
    await run('rclone', 'purge', 'hf:rclone');
  });

  it.skipIf(missing.includes('s3cmd'))('s3cmd: put in parts, get, list, delete', async () => {
    await run('s3cmd', 'mb', 's3://s3cmd');
    await run('s3cmd', 'put', '--recursive', '--multipart-chunk-size-mb=5', `${tree}/`, 's3://s3cmd/tree/');
    const back = join(world.folder, 's3cmd-back');
    await mkdir(back);
    await run('s3cmd', 'get', '--recursive', 's3://s3cmd/tree/', `${back}/`);
    expect(await hashes(back)).toEqual(await hashes(tree));
    expect(await run('s3cmd', 'info', 's3://s3cmd/tree/big')).toContain('FULL_CONTROL');
    await run('s3cmd', 'rb', '--recursive', '--force', 's3://s3cmd');
  });

  it.skipIf(missing.includes('restic'))('restic: init, backup, again after a kill of the gateway, check, restore', async () => {
    await run('restic', 'init');
    await run('restic', 'backup', '--quiet', tree);
    // What was acknowledged survives a SIGKILL: it lies in the spool, synced.
    gateway.kill('SIGKILL');
    await once(gateway, 'close');
    await start();
    env = { ...env, RESTIC_REPOSITORY: `s3:${ready.s3}/restic` };
    const copy = join(world.folder, 'client', 'copy');
    await cp(tree, copy, { recursive: true });
    await writeFile(join(copy, 'new'), 'more');
    await run('restic', 'backup', '--quiet', copy);
    await run('restic', 'check', '--read-data');
    const back = join(world.folder, 'restic-back');
    await run('restic', 'restore', 'latest', '--target', back);
    expect(await hashes(join(back, copy))).toEqual(await hashes(copy));
  });
});

describe('the commands around it', () => {
  it('say how it stands, and keep its keys', async () => {
    expect(await json('gateway', 'status', '--url', ready.s3, '--home', home)).toMatchObject({ ok: true, durability: 'spool' });
    const added = await json<{ accessKey: string }>('gateway', 'keys', 'add', '--read-only', '--bucket', 'one', '--note', 'test', '--home', home);
    expect(await json('gateway', 'keys', 'list', '--home', home)).toEqual([expect.objectContaining({ accessKey: ready.accessKey }), { accessKey: added.accessKey, access: 'read', buckets: ['one'], note: 'test', createdSeconds: expect.any(Number) }]);
    await json('gateway', 'keys', 'remove', added.accessKey, '--home', home);
  });
});
