import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeClient } from '../../offchain/client/client.ts';
import { list } from '../../offchain/client/list.ts';
import { put } from '../../offchain/client/put.ts';
import { listReceived } from '../../offchain/client/share/accept.ts';
import { fetchShared } from '../../offchain/client/share/fetch-shared.ts';
import { publishShareKey } from '../../offchain/client/share/share-key.ts';
import { MAIN } from '../cli/run-cli.ts';
import { openTestObjects } from '../gateway/objects/store-world.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import { cliHome, holdfast, json } from './cli-homes.ts';
import { noise, writeTree } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

let world: World;
let ada: NodeClient;
let ben: NodeClient;
let home: string;
const PACK = '.s3/00000001';
/** Looks like a pack, and is none. */
const OWN = '.backups/20261121';

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client: ada } = await rentedClient(world, { account: 12, batchLog2: 17, quota: 60 }));
  ben = await world.client({ account: 13 });
  await publishShareKey(ben);
  await store('photos', { 'kept.bin': noise('kept', 60_000), 'gone.bin': noise('gone', 300_000) });
  await store(OWN, { 'only copy.txt': 'x' });
  const objects = await openTestObjects(ada);
  await objects.createBucket('b');
  await objects.flush();
  await objects.close();
  home = await cliHome(world, 'ada', 12);
}, 60_000);
afterAll(() => world?.stop());

async function store(name: string, files: Record<string, Uint8Array | string>) {
  return put(ada, { paths: [await writeTree(join(world.folder, 'sources', `${name} ${Object.keys(files).length}`), files)], name });
}

describe('names that programs keep', () => {
  it('are not listed unless all are asked for, and it is said how many', async () => {
    const plain = await holdfast('ls', '--home', home, '--json');
    expect([plain.code, (JSON.parse(plain.stdout) as { name: string }[]).map(({ name }) => name), plain.stderr]).toEqual([0, ['photos'], '2 names that gateways and shares keep are not shown; --all shows them.\n']);
    expect((await json<{ name: string }[]>('ls', '--all', '--home', home)).map(({ name }) => name)).toEqual([OWN, PACK, 'photos']);
  }, 30_000);

  it('are not deleted by mistake, and what only looks like one is', async () => {
    const [pack, share, taken] = [await holdfast('rm', PACK, '--home', home), await holdfast('rm', '.holdfast/grants/0123456789abcdef', '--home', home), await holdfast('put', home, '--name', '.holdfast/mine', '--home', home)];
    expect([pack.code, pack.stderr]).toEqual([2, expect.stringContaining('is a pack of an S3 gateway')]);
    expect([share.code, share.stderr]).toEqual([2, expect.stringContaining('belongs to something that you share')]);
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('Take another name.')]);
    await json('rm', OWN, '--home', home);
    expect((await list(ada)).map(({ name, deleted }) => [name, deleted])).toEqual([[OWN, true], [PACK, false], ['photos', false]]);
  }, 30_000);
});

describe('what is shared', () => {
  it('is shown before it is shared: nothing is stored or sent', async () => {
    const missing = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
    const before = (await list(ada)).length;
    expect(await json('share', 'photos', '--path', 'kept.bin', '--to', ben.creator, '--to', missing, '--link', '--dry-run', '--home', home)).toMatchObject({
      dryRun: true, label: 'photos', objects: 1, sizeBytes: 60_000, withLink: true, expiry: 0, to: [ben.creator], failed: [{ address: missing }], storesFile: false,
    });
    expect([await listReceived(ben), (await list(ada)).length]).toEqual([[], before]);
    const words = await holdfast('share', 'photos', '--to', ben.creator, '--dry-run', '--home', home);
    expect(words.stdout).toMatch(/^Would share "photos" \(1 names, .*\nWith {8}0x.*\nCost {8}no tokens; the grant goes by letter: no transaction\nNothing was stored or sent\.\n$/s);
    const nothing = await holdfast('share', 'nothing', '--to', ben.creator, '--dry-run', '--home', home);
    expect(nothing.code, nothing.stderr).toBe(7);
  }, 30_000);

  it('is still read by the others after collect moved it', async () => {
    const { id } = await json<{ id: string }>('share', 'photos', '--to', ben.creator, '--home', home);
    await writeFile(join(world.folder, 'sources', 'photos 2', 'gone.bin'), '');
    await json('put', join(world.folder, 'sources', 'photos 2'), '--name', 'photos', '--home', home);
    const [before] = await listReceived(ben);
    expect(before).toMatchObject({ id, sizeBytes: 60_000 });
    const { moved } = await json<{ moved: string[] }>('collect', '--keep', '1', '--home', home);
    expect(moved).toContain('photos');
    // Only the new letter says where it lies now.
    const fetched = await fetchShared(await world.client({ account: 13 }), { share: id, into: join(world.folder, 'fetched') });
    expect(fetched).toMatchObject({ bytes: 60_000, failed: [] });
  }, 60_000);
});

describe('Ctrl-C while the chain takes long', () => {
  it('ends the waiting at once, and says what may still be on its way', async () => {
    const line = await startRpcLine(world.holdfast.rpcUrl);
    // Taken, and never mined.
    line.swallowed.add('eth_sendRawTransaction');
    const child = spawn(process.execPath, [MAIN, 'session', ben.creator, '--home', home, '--rpc', line.url, '--json'], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, HOLDFAST_PASSWORD: 'correct horse battery staple' } });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
    const closed = once(child, 'close');
    await expect.poll(() => line.passed.includes('eth_sendRawTransaction'), { timeout: 20_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(JSON.parse(said)).toMatchObject({ error: { code: 'INTERRUPTED', nextStep: expect.stringContaining('Unless a transaction was on its way already') } });
    await line.stop();
  }, 60_000);
});
