import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { cliHome, holdfast, json } from './cli-homes.ts';
import { noise } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const OWNER = 12;
const PAYER = 13;
/** Token units. */
const READ_PRICE = 10n ** 15n;
let world: World;
let owner: string;
let payer: string;
/** A home folder with a configuration and no wallet. */
let visitor: string;
let file: string;

beforeAll(async () => {
  // One of four is free: without a wallet nothing can be read from it alone.
  world = await startWorld({ providers: 4, reads: (index) => (index < 3 ? { pricePerGib: READ_PRICE } : {}) });
  await rentedClient(world, { account: OWNER });
  await buyTokens(await world.holdfast.as(PAYER), { coin: parseEther('1') });
  file = join(world.folder, 'izone.mp4');
  await writeFile(file, noise('izone', 300_000));
  visitor = await cliHome(world, 'visitor');
  owner = await cliHome(world, 'owner', OWNER);
  payer = await cliHome(world, 'payer', PAYER);
}, 60_000);
afterAll(() => world?.stop());

describe('the commands of public names', () => {
  const name = '/a.com/izone.mp4';

  it('publish a file and show where it lies', async () => {
    const published = await holdfast('publish', file, name, '--home', owner, '--quiet');
    expect(published.stderr).toBe('');
    expect(published.stdout).toMatch(/Published {3}\/a\.com\/izone\.mp4, version 1: b[a-z2-7]+\n.*heavy nodes.*\n.*Claimed/s);
    const shown = await holdfast('resolve', name, '--home', visitor);
    expect(shown.stdout).toMatch(/Segment {5}bytes 0-300000: agreement 1, bundle 0, from batch 0 at 0 on\nStorages/);
  }, 60_000);

  it('fetch it: for money where the providers want some', async () => {
    const poor = await holdfast('fetch', name, join(world.folder, 'poor'), '--home', visitor, '--quiet');
    expect(poor.code).not.toBe(0);
    expect(poor.stderr).toMatch(/1 did .*Reads cost/);
    const fetched = await holdfast('fetch', name, join(world.folder, 'out'), '--home', payer, '--max-read-price', '0.01', '--quiet');
    expect(fetched.stdout, fetched.stderr).toContain('Checked     every byte');
    expect((await readFile(join(world.folder, 'out', 'izone.mp4'))).equals(await readFile(file))).toBe(true);
  }, 60_000);

  it('take back, publish again, list and hand over', async () => {
    expect(await json('unpublish', name, '--home', owner)).toMatchObject({ version: 2, contentId: '' });
    expect(await json('publish', 'izone.mp4', name, '--home', owner)).toMatchObject({ version: 3, stored: 'izone.mp4' });
    expect(await json('republish', '--home', owner)).toEqual({ unchanged: [name], published: [], failed: [] });
    const { versions } = await json<{ versions: { version: number }[] }>('resolve', name, '--versions', '--home', visitor);
    expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
    const { address } = devAccount(PAYER, DEV_CHAIN_ID);
    expect(await json('hand-over', name, address, '--yes', '--home', owner)).toMatchObject({ to: address });
    expect(await json('names', '--owner', devAccount(OWNER, DEV_CHAIN_ID).address, '--home', visitor)).toMatchObject({ names: [name] });
    expect(await json('resolve', name, '--home', visitor)).toMatchObject({ owner: address });
  }, 60_000);

  it('say what is wrong', async () => {
    for (const [args, words] of [
      [['publish', 'nothing-like-this', '/a.com/x', '--home', owner], 'there is no such file'],
      [['hand-over', name, '0x12', '--yes', '--home', owner], 'is no address'],
      [['fetch', '/a.com/nobody', '--home', visitor], 'nobody has claimed it'],
    ] as const) {
      const { code, stderr } = await holdfast(...args);
      expect(stderr, args.join(' ')).toContain(words);
      expect(code).not.toBe(0);
    }
  }, 60_000);
});
