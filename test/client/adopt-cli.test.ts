import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { runCli } from '../cli/run-cli.ts';
import { noise } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const [ADA, BOB] = [12, 13];
let world: World;
let ada: string;
let bob: string;
let file: string;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  [ada, bob] = [join(world.folder, 'ada'), join(world.folder, 'bob')];
  file = join(world.folder, 'izone.mp4');
  await writeFile(file, noise('izone', 300_000));
  for (const [home, account] of [[ada, ADA], [bob, BOB]] as const) {
    await rentedClient(world, { account, quota: 20, periods: 4 });
    await mkdir(home);
    await writeFile(join(home, 'deployment.json'), formatDeployment(world.holdfast.deployment));
    await writeFile(join(home, 'config.json'), JSON.stringify({ network: { rpc: [world.holdfast.rpcUrl] } }));
    await writeFile(join(world.folder, 'key'), `0x${Buffer.from(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey ?? []).toString('hex')}`, { mode: 0o600 });
    const made = await holdfast('init', '--home', home, '--private-key-file', join(world.folder, 'key'), '--light-scrypt');
    expect(made.code, made.stderr).toBe(0);
  }
}, 90_000);
afterAll(() => world?.stop());

const holdfast = (...args: string[]) => runCli(args, { env: { HOLDFAST_PASSWORD: 'correct horse battery staple' } });
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await holdfast(...args, '--json');
  expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
  return JSON.parse(stdout) as T;
};

describe('the commands of adoption', () => {
  let contentId: string;

  it('lock, store and announce', async () => {
    await json('lock', '--yes', '--home', ada);
    ({ contentId } = await json<{ contentId: string }>('put', file, '--public', '--announce', '--home', ada));
    expect(await json('announce', 'izone.mp4', '--home', ada)).toMatchObject({ contentId, heavies: 2 });
  }, 60_000);

  it('say before it is stored again that it is kept already, and adopt it', async () => {
    const again = await holdfast('put', file, '--public', '--name', 'copy', '--home', bob);
    expect(`${again.stdout}${again.stderr}`).toContain(`${contentId} is kept already`);
    expect(await json('rm', 'copy', '--home', bob)).toMatchObject({ name: 'copy' });
    await json('collect', '--home', bob);
    const adopted = await holdfast('put', file, '--public', '--adopt', '2', '--name', 'film', '--home', bob);
    expect(adopted.stdout, adopted.stderr).toMatch(new RegExp(`Adopted {5}${contentId} as "film"\\nPaid {8}[0-9.]+ tokens`));
    expect(`${adopted.stdout}${adopted.stderr}`).toMatch(/A period costs .* in all; the pool has 0.*\n.*Paying 2 periods alone takes/s);
  }, 60_000);

  it('show, fetch, adopt for longer, and give up', async () => {
    expect((await holdfast('ls', '--home', bob)).stdout).toMatch(/film +1 .* adopted +1 +b/);
    expect((await holdfast('get', 'film', join(world.folder, 'out'), '--home', bob, '--quiet')).code).toBe(0);
    expect((await readFile(join(world.folder, 'out', 'izone.mp4'))).equals(await readFile(file))).toBe(true);
    const unpaid = await holdfast('adopt', contentId, '--periods', '3', '--name', 'film', '--home', bob);
    expect([unpaid.code, unpaid.stderr]).toEqual([expect.any(Number), expect.stringContaining('Give --yes')]);
    expect(await json('adopt', contentId, '--periods', '3', '--name', 'film', '--verify', 'full', '--yes', '--home', bob)).toMatchObject({ unchanged: true });
    expect((await holdfast('adopted', '--home', bob)).stdout).toMatch(/Agreement 1: "film"\n.*runs until period \d+, and 3 further periods are in the pool\n.*enough for 3 periods alone/);
    const dropped = await holdfast('rm', 'film', '--home', bob);
    expect(dropped.stdout, dropped.stderr).toMatch(/no longer refers to .*\n[0-9.]+ tokens came back from the pool of agreement 1/);
    expect((await holdfast('adopted', '--home', bob)).stdout).toContain('Nothing is adopted');
    expect(await json('adopted', '--reclaim', '--home', bob)).toEqual({ quit: [] });
    expect((await holdfast('adopt', 'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '--periods', '1', '--home', bob)).stderr).toContain('No heavy node knows');
  }, 60_000);
});
