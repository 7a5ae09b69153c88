import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHome, holdfast, json } from './cli-homes.ts';
import { noise } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const [ADA, BOB] = [12, 13];
let world: World;
let ada: string;
let bob: string;
let file: string;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  file = join(world.folder, 'izone.mp4');
  await writeFile(file, noise('izone', 300_000));
  for (const account of [ADA, BOB]) await rentedClient(world, { account, quota: 20, periods: 4 });
  ada = await cliHome(world, 'ada', ADA);
  bob = await cliHome(world, 'bob', BOB);
}, 90_000);
afterAll(() => world?.stop());

describe('the commands of adoption', () => {
  let contentId: string;

  it('lock, store and announce', async () => {
    await json('lock', '--yes', '--home', ada);
    ({ contentId } = await json<{ contentId: string }>('put', file, '--public', '--no-adopt', '--home', ada));
    expect(await json('announce', 'izone.mp4', '--home', ada)).toMatchObject({ contentId, heavies: 2 });
  }, 60_000);

  it('adopt what would be stored again, and say what it costs', async () => {
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
    expect(await json('adopted', '--reclaim', '--all', '--home', bob)).toEqual({ quit: [] });
    expect((await holdfast('adopted', '--home', bob)).stdout).toContain('Nothing is adopted');
    expect((await holdfast('adopt', 'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '--periods', '1', '--home', bob)).stderr).toContain('No heavy node knows');
    // Nobody to ask: it is said, and stored.
    const again = await holdfast('put', file, '--public', '--announce', '--name', 'copy', '--home', bob);
    expect(`${again.stdout}${again.stderr}`).toContain(`${contentId} is kept already`);
    expect([again.code, again.stderr]).toEqual([expect.any(Number), expect.stringContaining('is not locked')]);
  }, 60_000);
});
