import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { appendFile, chmod, link, mkdir, open, readFile, readdir, readlink, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { geometry } from '../../offchain/codec/geometry.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { list } from '../../offchain/client/list.ts';
import type { Progress } from '../../offchain/client/progress.ts';
import { put } from '../../offchain/client/put.ts';
import { noise, snapshot, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

const SCHEME = { k: 2, m: 1 };
const BATCH_LOG2 = 17;
const ACCOUNT = 12;
const { payloadSize, fragmentSize } = geometry({ ...SCHEME, batchLog2: BATCH_LOG2 });
let world: World;
let client: Client;

beforeAll(async () => {
  world = await startWorld({ providers: 3 });
  ({ client } = await rentedClient(world, { account: ACCOUNT, scheme: SCHEME, batchLog2: BATCH_LOG2, quota: 2000, periods: 2, priceLimit: PRICE }));
});
afterAll(() => world.stop());

const folder = (name: string): string => join(world.folder, name);

async function roundTrip(path: string, name: string): Promise<string> {
  expect((await put(client, { paths: [path], name })).problems).toEqual([]);
  const into = folder(`again ${name}`);
  expect((await get(client, { name, into })).failed).toEqual([]);
  return into;
}

describe('sizes', () => {
  it.each([
    ['nothing', 0], ['one byte', 1], ['a fragment', fragmentSize], ['exactly k fragments', payloadSize], ['one over', payloadSize + 1], ['one short', payloadSize - 1],
  ])('%s comes back', async (what, sizeBytes) => {
    const content = noise(what, sizeBytes);
    const source = await writeTree(folder(`source ${what}`), { 'file.bin': content });
    const into = await roundTrip(join(source, 'file.bin'), what);
    expect(Buffer.compare(await readFile(join(into, 'file.bin')), content)).toBe(0);
  });

  it('a folder of nothing comes back', async () => {
    await mkdir(folder('empty'));
    expect(await readdir(await roundTrip(folder('empty'), 'empty'))).toEqual([]);
  });

  it('a sparse file takes hardly any space and comes back byte by byte', async () => {
    await mkdir(folder('sparse'));
    const path = join(folder('sparse'), 'hole.bin');
    await writeFile(path, 'head');
    await truncate(path, 40 << 20);
    const handle = await open(path, 'r+');
    await handle.write('middle', 20 << 20);
    await handle.close();
    const { stats } = await put(client, { paths: [folder('sparse')], name: 'sparse' });
    expect(stats.plainBytes).toBe(40 << 20);
    expect(stats.storedBytes).toBeLessThan(1 << 20);
    await get(client, { name: 'sparse', into: folder('sparse again') });
    expect(Buffer.compare(await readFile(join(folder('sparse again'), 'hole.bin')), await readFile(path))).toBe(0);
  });
});

describe('names and links', () => {
  it('of any Unicode, with line breaks and quotes, come back as they were', async () => {
    const names = ['line\nbreak', 'tab\there', '-rf', '"quoted" \'twice\'', 'back\\slash', 'e\u0301 and \u00e9', '\u202emirrored', '👩‍👩‍👧‍👦', '日本語', ' spaces ', 'x'.repeat(255), 'con', '%2e%2e', '\u0001'];
    const source = await writeTree(folder('names'), Object.fromEntries(names.map((name, i) => [name, `content ${i}`])));
    expect(await snapshot(await roundTrip(source, 'names\nof all kinds 👋'))).toEqual(await snapshot(source));
  });

  it('in loops are links, not folders without end', async () => {
    const source = await writeTree(folder('loops'), { 'file.txt': 'x' });
    await symlink('.', join(source, 'self'));
    await symlink('b', join(source, 'a'));
    await symlink('a', join(source, 'b'));
    await symlink('../../..', join(source, 'up'));
    await symlink('nowhere', join(source, 'dangling'));
    await link(join(source, 'file.txt'), join(source, 'twin.txt'));
    const into = await roundTrip(source, 'loops');
    expect(await readlink(join(into, 'self'))).toBe('.');
    expect(await snapshot(into)).toEqual(await snapshot(source));
  });
});

describe('files that cannot be read as they were', () => {
  it.runIf(process.getuid?.() !== 0)('are listed when they are forbidden; the rest is stored', async () => {
    const source = await writeTree(folder('forbidden'), { 'good.txt': 'good', 'bad.txt': 'bad', 'closed/in.txt': 'in' });
    await chmod(join(source, 'bad.txt'), 0);
    await chmod(join(source, 'closed'), 0);
    const { problems } = await put(client, { paths: [source], name: 'forbidden' });
    expect(problems.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual(['bad.txt unreadable', 'closed unreadable']);
    await get(client, { name: 'forbidden', into: folder('forbidden again') });
    expect(await readdir(folder('forbidden again'))).toEqual(['good.txt']);
  });

  it('are no upload when there is nothing else: what is stored under the name stays the newest', async () => {
    const source = await writeTree(folder('alone'), { 'only.bin': noise('only', 3_000) });
    const path = join(source, 'only.bin');
    await put(client, { paths: [path], name: 'alone' });
    await writeFile(path, noise('other', 4_000));
    const onProgress = ({ stage }: Progress): void => (stage === 'scan' ? rmSync(path) : undefined);
    await expect(put(client, { paths: [path], name: 'alone', onProgress })).rejects.toMatchObject({ code: 'NOTHING_READABLE' });
    expect((await list(client)).find(({ name }) => name === 'alone')?.versions).toHaveLength(1);
  });

  it('are listed when they vanish meanwhile; the rest is stored', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a/${String(i).padStart(3, '0')}.bin`, noise(`vanish ${i}`, 300)]));
    const source = await writeTree(folder('vanishing'), { ...many, 'z.bin': noise('z', 3_000) });
    // Between being listed and being read.
    const onProgress = ({ stage }: Progress): void => (stage === 'scan' ? rmSync(join(source, 'a', '299.bin')) : undefined);
    const { problems } = await put(client, { paths: [source], name: 'vanishing', onProgress });
    expect(problems).toMatchObject([{ path: 'a/299.bin', reason: 'unreadable' }]);
    await get(client, { name: 'vanishing', into: folder('vanishing again') });
    expect((await readdir(join(folder('vanishing again'), 'a'))).length).toBe(299);
    expect(await readdir(folder('vanishing again'))).toEqual(['a', 'z.bin']);
  });

  it('are listed when they change while they are read', async () => {
    const source = await writeTree(folder('changing'), { 'a.bin': noise('changing', 24 << 20) });
    let isChanged = false;
    const { problems } = await put(client, {
      paths: [source], name: 'changing',
      onProgress: ({ stage }) => {
        if (stage !== 'encode' || isChanged) return;
        isChanged = true;
        void appendFile(join(source, 'a.bin'), 'more');
      },
    });
    expect(problems).toMatchObject([{ path: 'a.bin', reason: 'changed' }]);
    expect((await get(client, { name: 'changing', into: folder('changing again') })).failed).toEqual([]);
  });
});

describe('a full disk at the creator', () => {
  // On a database server the index is not on the creator's disk.
  it.skipIf(process.env['DATABASE_URL'] !== undefined)('says so, and the same command goes on when there is space again', async () => {
    const home = folder('full-home');
    const { client: other } = await rentedClient(world, { account: 13, home, scheme: SCHEME, batchLog2: 16, quota: 400, periods: 2, priceLimit: PRICE });
    // Thousands of chunks, so that the index of what is stored outgrows the limit.
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${i}.txt`, `file ${i} of many`]));
    const source = await writeTree(folder('many'), many);
    const { rpcUrl, deployment } = world.holdfast;
    const plan = { rpcUrl, deployment: JSON.parse(formatDeployment(deployment)) as unknown, account: 13, home, path: source, name: 'many' };
    const child = `ulimit -f 400; exec "${process.execPath}" "${join(import.meta.dirname, 'put-child.ts')}" '${JSON.stringify(plan)}'`;
    const failed = await promisify(execFile)('sh', ['-c', child]).then(() => undefined, (error: { code: number; stdout: string }) => error);
    expect(failed?.code).toBe(1);
    expect(failed?.stdout).toContain('"error"');
    const stored = await put(other, { paths: [source], name: 'many' });
    expect(stored.stats.files).toBe(3000);
    await get(other, { name: 'many', into: folder('many again') });
    expect((await readdir(folder('many again'))).length).toBe(3000);
  });

  it('while fetching, lists what could not be written', async () => {
    await writeTree(folder('wide'), { 'small.txt': 'small', 'large.bin': noise('wide', 2_000_000) });
    await put(client, { paths: [folder('wide')], name: 'wide' });
    // A folder in the place of a file, which no space in the world would help: the one failure leaves the others alone.
    await mkdir(join(folder('wide again'), 'large.bin', 'taken'), { recursive: true });
    const { failed } = await get(client, { name: 'wide', into: folder('wide again') });
    expect(failed.map(({ path }) => path)).toEqual(['large.bin']);
    expect(await readFile(join(folder('wide again'), 'small.txt'), 'utf8')).toBe('small');
  });
});
