import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { runCli } from '../cli/run-cli.ts';
import { noise } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const OWNER = 12;
let world: World;
let home: string;
/** A home folder with a configuration and no wallet. */
let visitor: string;
let file: string;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  await rentedClient(world, { account: OWNER });
  home = join(world.folder, 'owner');
  visitor = join(world.folder, 'visitor');
  file = join(world.folder, 'izone.mp4');
  await writeFile(file, noise('izone', 300_000));
  const key = join(world.folder, 'key');
  await writeFile(key, `0x${Buffer.from(devAccount(OWNER, DEV_CHAIN_ID).getHdKey().privateKey ?? []).toString('hex')}`, { mode: 0o600 });
  const made = await holdfast('init', '--home', home, '--private-key-file', key, '--light-scrypt');
  expect(made.code, made.stderr).toBe(0);
  for (const folder of [home, visitor]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'deployment.json'), formatDeployment(world.holdfast.deployment));
    await writeFile(join(folder, 'config.json'), JSON.stringify({ network: { rpc: [world.holdfast.rpcUrl] } }));
  }
}, 60_000);
afterAll(() => world?.stop());

const holdfast = (...args: string[]) => runCli(args, { env: { HOLDFAST_PASSWORD: 'correct horse battery staple' } });
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await holdfast(...args, '--json');
  expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
  return JSON.parse(stdout) as T;
};

describe('the commands of public names', () => {
  it('publish a file, show where it lies, and fetch it without a wallet', async () => {
    const published = await holdfast('publish', file, '/a.com/izone.mp4', '--home', home, '--quiet');
    expect(published.stderr).toBe('');
    expect(published.stdout).toMatch(/Published {3}\/a\.com\/izone\.mp4, version 1: b[a-z2-7]+\n.*heavy nodes.*\n.*Claimed/s);
    const shown = await holdfast('resolve', '/a.com/izone.mp4', '--home', visitor);
    expect(shown.stdout).toMatch(/Segment {5}bytes 0-300000: agreement 1, bundle 0, from batch 0 at 0 on\nStorages/);
    const fetched = await holdfast('fetch', '/a.com/izone.mp4', join(world.folder, 'out'), '--home', visitor, '--quiet');
    expect(fetched.stdout).toContain('Checked     every byte');
    expect((await readFile(join(world.folder, 'out', 'izone.mp4'))).equals(await readFile(file))).toBe(true);
  }, 60_000);

  it('list versions, take back, and hand over', async () => {
    expect(await json('unpublish', '/a.com/izone.mp4', '--home', home)).toMatchObject({ version: 2, contentId: '' });
    expect(await json('publish', 'izone.mp4', '/a.com/izone.mp4', '--home', home)).toMatchObject({ version: 3, stored: 'izone.mp4' });
    const { versions } = await json<{ versions: { version: number }[] }>('resolve', '/a.com/izone.mp4', '--versions', '--home', visitor);
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
    const next = devAccount(13, DEV_CHAIN_ID).address;
    expect(await json('hand-over', '/a.com/izone.mp4', next, '--yes', '--home', home)).toMatchObject({ to: next });
    expect(await json('resolve', '/a.com/izone.mp4', '--home', visitor)).toMatchObject({ owner: next });
  }, 60_000);

  it('say what is wrong', async () => {
    for (const [args, words] of [
      [['publish', 'nothing-like-this', '/a.com/x', '--home', home], 'there is no such file'],
      [['publish', 'izone.mp4', 'a.com/x', '--home', home], 'it does not begin with a slash'],
      [['hand-over', '/a.com/izone.mp4', '0x12', '--yes', '--home', home], 'no address that can own a name'],
      [['fetch', '/a.com/nobody', '--home', visitor], 'nobody has claimed it'],
    ] as const) {
      const { code, stderr } = await holdfast(...args);
      expect(stderr, args.join(' ')).toContain(words);
      expect(code).not.toBe(0);
    }
  }, 60_000);
});
