import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVerifiedFetch } from '@helia/verified-fetch';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announce } from '../../../offchain/client/adopt/announce.ts';
import { type Client, marketDigest } from '../../../offchain/client/client.ts';
import { importCar } from '../../../offchain/client/cid/import-car.ts';
import { list } from '../../../offchain/client/list.ts';
import { lock } from '../../../offchain/client/lock.ts';
import { publishName } from '../../../offchain/client/named/publish-name.ts';
import { put } from '../../../offchain/client/put.ts';
import { remove } from '../../../offchain/client/remove.ts';
import type { RunningIpfsGateway } from '../../../offchain/gateway/ipfs/start.ts';
import { openNodeStore } from '../../../offchain/store/open-node-store.ts';
import { cliHome, holdfast, json } from '../../client/cli-homes.ts';
import { snapshot } from '../../client/tree.ts';
import { type World, rentedClient, startWorld } from '../../client/world.ts';
import { carOf, fileNode, folderNode, rawBlock } from './car-kit.ts';
import { FILES, MIB, ask, ipfsCar, readCar, startGateway, writeFolders } from './ipfs-world.ts';
import { describeRequests } from './requests.ts';

let world: World;
let client: Client;
let gateway: RunningIpfsGateway;
let paths: { tree: string; many: string; zeros: string };
/** ContentIDs. */
let tree: string;
let many: string;
let zeros: string;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client } = await rentedClient(world, { account: 12 }));
  paths = await writeFolders(world.folder);
  const store = async (name: keyof typeof paths) => (await put(client, { paths: [paths[name]], name, visibility: 'public' })).contentId;
  tree = await store('tree');
  many = await store('many');
  zeros = await store('zeros');
  gateway = await startGateway(client, { stallSeconds: 1 });
  await gateway.refresh();
}, 60_000);
afterAll(async () => {
  await gateway?.stop();
  await world?.stop();
});

const car = async (path: string) => readCar((await ask(gateway.url, `/ipfs/${path}${path.includes('?') ? '&' : '?'}format=car`)).body);
const bytesOf = (name: string): Buffer => Buffer.from(FILES[name] as string);
const encoded = (name: string): string => name.split('/').map(encodeURIComponent).join('/');
/** CIDs of the leaves of a file, as they must be. */
const leavesOf = (bytes: Uint8Array): string[] =>
  Array.from({ length: Math.ceil(bytes.length / MIB) }, (_, i) => rawBlock(bytes.subarray(i * MIB, (i + 1) * MIB)).cid.toString());

describe('public content', () => {
  it('has the CIDs that ipfs-car prints, folders and large folders too', async () => {
    const pack = (...args: string[]) => ipfsCar('pack', ...args, '--output', join(world.folder, 'out.car'));
    expect(await pack('--hidden', paths.tree)).toBe(tree);
    expect(await pack(paths.many)).toBe(many);
    expect(await pack('--no-wrap', paths.zeros)).toBe(zeros);
    // And the folder that ipfs-car puts around a file unless it is told otherwise.
    const wrapped = await pack(paths.zeros);
    expect((await car(`${wrapped}/zeros?dag-scope=block`)).cids).toEqual([wrapped, zeros]);
  });

  it('comes whole out of a CAR that ipfs-car unpacks', async () => {
    const { body, headers } = await ask(gateway.url, `/ipfs/${tree}`, { headers: { accept: 'application/vnd.ipld.car' } });
    expect(headers['content-type']).toBe('application/vnd.ipld.car; version=1; order=dfs; dups=n');
    expect(headers['content-location']).toBe(`/ipfs/${tree}?format=car`);
    const archive = join(world.folder, 'tree.car');
    await writeFile(archive, body);
    const into = join(world.folder, 'unpacked');
    await ipfsCar('unpack', archive, '--output', into);
    expect(Object.keys(await snapshot(into))).toEqual(Object.keys(await snapshot(paths.tree)));
    for (const file of Object.keys(FILES)) expect(Buffer.compare(await readFile(join(into, file)), await readFile(join(paths.tree, file))), file).toBe(0);
    // Seven different contents under 1,050 names, and the shards.
    const { cids } = await car(many);
    expect(cids.filter((cid) => cid.startsWith('bafk'))).toHaveLength(7);
  });

  it('is read and verified block by block by @helia/verified-fetch', async () => {
    const fetchVerified = await createVerifiedFetch({
      gateways: [gateway.url], routers: [gateway.url], allowLocal: true, allowInsecure: true,
      // Without a network of peers: the gateway is all that there is.
      libp2pConfig: { addresses: { listen: [] }, transports: [], peerDiscovery: [], services: {} },
    });
    try {
      for (const [path, content] of [[`${tree}/three.bin`, bytesOf('three.bin')], [`${tree}/${encoded('sub/deep/ünïcode ☃/日本.txt')}`, bytesOf('sub/deep/ünïcode ☃/日本.txt')], [`${many}/${encoded('file ü-1000.txt')}`, Buffer.from('content 6')]] as const) {
        const response = await fetchVerified(`ipfs://${path}`);
        expect(response.status, path).toBe(200);
        expect(createHash('sha256').update(Buffer.from(await response.arrayBuffer())).digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
      }
    } finally {
      await fetchVerified.stop();
    }
  }, 30_000);
});

describe('a CAR', () => {
  it('has the blocks that its scope asks for, and those that prove the path', async () => {
    const { cids: [three = ''] } = { cids: (await car(`${tree}/three.bin?dag-scope=block`)).cids.slice(1) };
    const leaves = leavesOf(bytesOf('three.bin'));
    expect((await car(`${tree}/three.bin`)).cids).toEqual([tree, three, ...leaves]);
    expect((await car(three)).roots).toEqual([three]);
    expect((await car(`${three}?dag-scope=entity`)).cids).toEqual([three, ...leaves]);
    expect((await car(`${tree}?dag-scope=entity`)).cids).toEqual([tree]);
    expect((await car(`${tree}?entity-bytes=0:5`)).cids).toEqual([tree]);
    const shards = (await car(`${many}?dag-scope=entity`)).cids;
    expect(shards.length).toBeGreaterThan(100);
    const way = await car(`${many}/${encoded('file ü-777.txt')}`);
    expect(way.cids[0]).toBe(many);
    expect(way.cids.slice(1, -1).every((cid) => shards.includes(cid))).toBe(true);
    expect(Buffer.from(way.blocks.get(way.cids.at(-1)!)!).toString()).toBe('content 0');
    for (const [range, from, to] of [['0:*', 0, 3], [`0:${MIB - 1}`, 0, 1], [`${MIB - 1}:${MIB}`, 0, 2], ['-1:*', 2, 3], [`-${MIB + 1}:-${MIB}`, 1, 3], [`${MIB}:-${MIB + 1}`, 1, 2], [`${2 * MIB}:999999999`, 2, 3], ['-999999999:0', 0, 1], ['10:-3145727', 0, 0]] as const) {
      expect((await car(`${three}?entity-bytes=${range}`)).cids, range).toEqual([three, ...leaves.slice(from, to)]);
    }
    for (const wrong of ['5', '5:', ':5', '5:1', '-1:-5', 'a:b', '0:*:1', `${3 * MIB}:*`, '99999999999999999:*', '*:5']) {
      expect((await ask(gateway.url, `/ipfs/${three}?format=car&entity-bytes=${wrong}`)).status, wrong).toBe(400);
    }
  });

  it('has every block once, or as often as it is there', async () => {
    const once = await ask(gateway.url, `/ipfs/${zeros}?format=car`);
    expect((await readCar(once.body)).cids).toHaveLength(2);
    const often = await ask(gateway.url, `/ipfs/${zeros}`, { headers: { accept: 'application/vnd.ipld.car; version=1; order=dfs; dups=y' } });
    expect(often.headers['content-type']).toContain('dups=y');
    expect(often.headers['etag']).not.toBe(once.headers['etag']);
    expect((await readCar(often.body)).cids).toHaveLength(25);
  });
});

describeRequests(() => ({ client, gateway, tree, many, zeros }));

it('a client that takes nothing is cut off, and one that goes away costs nothing more', async () => {
  const began = Date.now();
  const { connect } = await import('node:net');
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.pause();
  socket.write(`GET /ipfs/${zeros}?format=car&car-dups=y HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  let received = 0;
  socket.on('data', (part: Buffer) => (received += part.length)).resume();
  await new Promise((resolve) => socket.once('close', resolve).once('error', resolve));
  expect(received).toBeLessThan(24 * MIB);
  expect(Date.now() - began).toBeLessThan(20_000);
});

describe('an archive that is imported', () => {
  it('keeps its root when ipfs-car made it', async () => {
    const source = join(world.folder, 'to import');
    await mkdir(join(source, 'sub'), { recursive: true });
    await writeFile(join(source, 'a.txt'), 'imported');
    await writeFile(join(source, 'sub', 'b.bin'), bytesOf('one over'));
    const archive = join(world.folder, 'import.car');
    const root = await ipfsCar('pack', source, '--output', archive);
    expect(await importCar(client, { path: archive, name: 'imported' })).toMatchObject({ root, cid: root, keepsRoot: true, contentId: root, unchanged: false });
    expect(await importCar(client, { path: archive, name: 'imported' })).toMatchObject({ unchanged: true });
    const [, a] = (await car(`${root}/a.txt`)).cids;
    expect(a).toBe(rawBlock('imported').cid.toString());
  });

  it('comes in by the command line, to which a dry run shows what it holds', async () => {
    const archive = join(world.folder, 'tree.car');
    expect(await json('import', archive, 'by command', '--dry-run')).toMatchObject({ root: tree, files: Object.keys(FILES).length, entries: Object.keys(FILES).length + 3, dryRun: true });
    const home = await cliHome(world, 'cli', 12);
    const { code, stdout, stderr } = await holdfast('import', archive, 'by command', '--home', home);
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining(`CID         ${tree}, as in the archive`)]);
    await writeFile(archive, Buffer.concat([await readFile(archive), Buffer.from('more')]));
    expect((await holdfast('import', archive, 'x', '--dry-run')).stderr).toContain('The archive cannot be imported');
  }, 30_000);

  it('says which CID it has now when its chunks were others', async () => {
    const parts = [rawBlock('some '), rawBlock('words')];
    const file = fileNode(parts);
    const root = folderNode({ 'words.txt': file });
    const archive = join(world.folder, 'foreign.car');
    await writeFile(archive, carOf(root, file, ...parts));
    const imported = await importCar(client, { path: archive, name: 'foreign' });
    expect(imported).toMatchObject({ root: root.cid.toString(), cid: rawBlock('some words').cid.toString(), keepsRoot: false });
    expect((await ask(gateway.url, `/ipfs/${imported.cid}?format=raw`)).body.toString()).toBe('some words');
    const hidden = await importCar(client, { path: archive, name: 'hidden', visibility: 'private' });
    expect([hidden.cid, (await list(client)).find(({ name }) => name === 'hidden')?.versions[0]?.visibility]).toEqual([null, 'private']);
  });
});

describe('content that goes, moves or belongs to others', () => {
  it('is gone when its owner deleted it', async () => {
    const { contentId } = await put(client, { paths: [join(paths.tree, 'page.html')], name: 'page', visibility: 'public' });
    await gateway.refresh();
    await remove(client, { name: 'page' });
    await gateway.refresh();
    // Its bytes are in the folder as well.
    expect((await ask(gateway.url, `/ipfs/${contentId}?format=raw`)).status).toBe(200);
    await remove(client, { name: 'imported' });
    await gateway.refresh();
    const root = await ipfsCar('roots', join(world.folder, 'import.car'));
    expect((await ask(gateway.url, `/ipfs/${root}?format=raw`)).status).toBe(410);
  });

  it('is found through heavy nodes by its CID, and by a public name of the settings', async () => {
    const agreement = (await list(client)).find(({ name }) => name === 'tree')?.versions[0]?.agreement ?? 0;
    await publishName(client, { name: '/a.com/many', stored: 'many' });
    const stranger = await world.client({ account: 14 });
    const theirs = await startGateway(stranger, { names: ['/a.com/many'], network: { unknownSeconds: 1 } });
    try {
      await theirs.refresh();
      expect(await readCar((await ask(theirs.url, `/ipfs/${many}/${encoded('file ü-3.txt')}?format=car`)).body)).toMatchObject({ roots: [rawBlock('content 3').cid.toString()] });
      await lock(client, { agreement });
      await announce(client, { name: 'tree' });
      const { blocks } = await readCar((await ask(theirs.url, `/ipfs/${tree}/exact?format=car`)).body);
      expect(Buffer.compare(Buffer.from(blocks.get(leavesOf(bytesOf('exact'))[0]!)!), bytesOf('exact'))).toBe(0);
      expect((await ask(theirs.url, `/ipfs/${zeros}?format=raw`)).status).toBe(404);
    } finally {
      await theirs.stop();
    }
  });
});

it('an index that is damaged, half made or deleted costs time and nothing else', async () => {
  const name = `ipfs-${marketDigest(client.chain)}`;
  const damaged = await startGateway(client);
  await damaged.refresh();
  const store = await openNodeStore({ home: client.home, name });
  const rootOf = { where: { digest: `0x${Buffer.from(CID.parse(tree).multihash.digest).toString('hex')}` } };
  await store.ipfsBlock.updateMany({ ...rootOf, data: { node: Uint8Array.from(Buffer.from('something else')) } });
  expect((await ask(damaged.url, `/ipfs/${tree}?format=raw`)).status).toBe(502);
  expect((await ask(damaged.url, `/ipfs/${tree}?format=raw`)).status).toBe(200);
  await damaged.stop();
  await store.ipfsContent.updateMany({ data: { state: 'filling' } });
  const again = await startGateway(client);
  expect(await store.ipfsContent.count({ where: { state: 'filling', contentId: zeros } })).toBe(0);
  await again.refresh();
  expect((await ask(again.url, `/ipfs/${zeros}?format=raw`)).status).toBe(200);
  await store.ipfsBlock.deleteMany();
  await store.ipfsContent.deleteMany();
  expect((await readCar((await ask(again.url, `/ipfs/${tree}/exact?format=car`)).body)).cids).toEqual([tree, leavesOf(bytesOf('exact'))[0]]);
  await again.stop();
  await store.$disconnect();
});

it('providers that lie make no block wrong: others are asked, and where too few are honest nothing is sent', async () => {
  const fresh = async () => startGateway(await world.client({ account: 12, home: client.home }));
  const leaf = leavesOf(bytesOf('three.bin'))[1]!;
  const [first, second, third] = world.providers;
  for (const one of [first, second]) await world.corruptProvider(one!.id);
  const two = await fresh();
  const { status, body } = await ask(two.url, `/ipfs/${leaf}?format=raw`);
  expect([status, rawBlock(body).cid.toString()]).toEqual([200, leaf]);
  await two.stop();
  await world.corruptProvider(third!.id);
  const three = await fresh();
  const refused = await ask(three.url, `/ipfs/${leaf}?format=raw`);
  expect([refused.status, refused.headers['content-type']]).toEqual([502, 'text/plain; charset=utf-8']);
  expect((await ask(three.url, `/ipfs/${leaf}?format=car`)).status).toBe(502);
  await three.stop();
  expect(CID.parse(leaf).code).toBe(0x55);
}, 60_000);
