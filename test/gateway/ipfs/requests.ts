/** What clients may ask for, rightly and wrongly, and what they are told. For the network of gateway.test.ts. */
import { connect } from 'node:net';
import { base36 } from 'multiformats/bases/base36';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../offchain/client/client.ts';
import type { RunningIpfsGateway } from '../../../offchain/gateway/ipfs/start.ts';
import { identityBlock, rawBlock, sha256Cid } from './car-kit.ts';
import { FILES, MIB, type Answer, ask, readCar, startGateway } from './ipfs-world.ts';

export interface Given {
  readonly client: Client;
  readonly gateway: RunningIpfsGateway;
  readonly tree: string;
  readonly many: string;
  readonly zeros: string;
}

const TEXT = 'text/plain; charset=utf-8';

export function describeRequests(given: () => Given): void {
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => ask(given().gateway.url, path, { headers, method });

  describe('a block', () => {
    it('is sent as it is, never changes, and is an attachment', async () => {
      const { cid } = rawBlock(FILES['page.html'] as string);
      const { status, headers, body } = await get(`/ipfs/${cid}?format=raw`);
      expect([status, body.toString()]).toEqual([200, FILES['page.html']]);
      expect(headers).toMatchObject({
        'content-type': 'application/vnd.ipld.raw', 'content-length': '14', 'etag': `"${cid}.raw"`, 'x-content-type-options': 'nosniff', 'x-ipfs-path': `/ipfs/${cid}`,
        'cache-control': 'public, max-age=31536000, immutable', 'x-ipfs-roots': `${cid}`, 'vary': 'Accept', 'access-control-allow-origin': '*',
      });
      expect(headers['content-disposition']).toContain(`attachment; filename="${cid}.bin"`);
      const head = await get(`/ipfs/${cid}`, { accept: 'application/vnd.ipld.raw' }, 'HEAD');
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '14', 0]);
      for (const tag of [`"${cid}.raw"`, `"x", W/"${cid}.raw"`, '*']) expect((await get(`/ipfs/${cid}?format=raw`, { 'if-none-match': tag })).status).toBe(304);
      expect((await get(`/ipfs/${cid}?format=raw`, { 'if-none-match': '"other"' })).status).toBe(200);
      expect((await get(`/ipfs/${given().tree}/page.html?format=raw`)).body.toString()).toBe(FILES['page.html']);
    });

    it('is found whatever its CID is written in, also as what it is not', async () => {
      const { cid } = rawBlock(FILES['page.html'] as string);
      const root = CID.parse(given().tree);
      for (const path of [cid.toString(base36), sha256Cid(0x71, Buffer.from(FILES['page.html'] as string)).toString()]) {
        expect((await get(`/ipfs/${path}?format=raw`)).body.toString(), path).toBe(FILES['page.html']);
      }
      const zero = CID.createV0(root.multihash as never).toString();
      expect(zero.startsWith('Qm')).toBe(true);
      expect((await get(`/ipfs/${zero}/page.html?format=raw`)).body.toString()).toBe(FILES['page.html']);
      expect((await get(`/ipfs/${identityBlock('in itself').cid}?format=raw`)).body.toString()).toBe('in itself');
      // What probes ask for.
      expect(await get('/ipfs/bafkqaaa?format=raw')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      expect((await get('/ipfs/bafkqaaa', { accept: 'application/vnd.ipld.raw' }, 'HEAD')).status).toBe(200);
      expect(await readCar((await get('/ipfs/bafkqaaa?format=car')).body)).toMatchObject({ roots: ['bafkqaaa'], cids: [] });
    });
  });

  describe('what is refused', () => {
    it.each([
      ['no CID', '/ipfs/hello?format=raw', 400], ['an empty one', '/ipfs/?format=raw', 404], ['a format that only objects have', '/ipfs/bafkqaaa?format=constructor', 400], ['half a CID', '/ipfs/bafkrei?format=raw', 400], ['a very long one', `/ipfs/${'b'.repeat(5_000)}?format=raw`, 400],
      ['a short hash', `/ipfs/${CID.createV1(0x55, { code: 0x12, digest: new Uint8Array(4), bytes: Uint8Array.of(0x12, 4, 0, 0, 0, 0), size: 4 } as never)}?format=raw`, 400],
      ['a long identity', `/ipfs/${identityBlock('x'.repeat(129)).cid}?format=raw`, 400],
      ['another hash', '/ipfs/bafkr4ifcdrzfkxfaqgabrxcbdwrhrxkjjkbrjtpmtkwpiuqmgpxxkyh2xy?format=raw', 404],
      ['what nobody has', `/ipfs/${rawBlock('nobody has this').cid}?format=raw`, 404], ['nothing', '/', 404], ['another space', '/ipld/x', 404],
      ['a format that is none', '/ipfs/bafkqaaa?format=zip', 400], ['one that must be believed', '/ipfs/bafkqaaa?format=tar', 406],
      ['another scope', '/ipfs/bafkqaaa?format=car&dag-scope=some', 400], ['another order', '/ipfs/bafkqaaa?format=car&car-order=bfs', 406], ['another version', '/ipfs/bafkqaaa?format=car&car-version=2', 406],
      ['other dups', '/ipfs/bafkqaaa?format=car&car-dups=maybe', 400], ['a record of a CID', '/ipfs/bafkqaaa?format=ipns-record', 400],
      ['an IPNS record', '/ipns/k51qzi5uqu5dgutdk6i1ynyzgkqngpha5xpgia3a5qqp4jsh0u4csozksxel2r?format=ipns-record', 404], ['IPNS', '/ipns/a.com?format=car', 501],
      ['nothing wanted', '/ipfs/bafkqaaa', 400], ['bad encoding', '/ipfs/bafkqaaa/%ff?format=car', 400],
    ])('%s', async (_what, path, status) => {
      const answer = await get(path);
      expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([status, TEXT, 'no-store']);
      expect(answer.body.toString()).toMatch(/\.\n$/);
      const head = await get(path, {}, 'HEAD');
      expect([head.status, head.body.length]).toEqual([status, 0]);
    });

    it('paths that lead elsewhere, and ways out', async () => {
      const { tree, many } = given();
      for (const path of ['nothing', 'page.html/below', 'sub/nothing', 'SUB', 'page.html%00', '..', 'sub/..', '%2e%2e/%2e%2e/etc/passwd', 'sub%2fdeep', `${'a/'.repeat(300)}b`, encodeURIComponent('\u{1F600}'.repeat(300))]) {
        expect([400, 404], path).toContain((await get(`/ipfs/${tree}/${path}?format=car`)).status);
      }
      expect((await get(`/ipfs/${many}/${encodeURIComponent('file ü-1051.txt')}?format=car`)).status).toBe(404);
      expect((await get(`/ipfs/${tree}//sub///deep/?format=raw`)).status).toBe(200);
      expect((await get(`/ipfs/${tree}`, { accept: 'text/html' })).status).toBe(406);
      expect((await get(`/ipfs/${rawBlock('nobody').cid}?format=raw`, { 'cache-control': 'only-if-cached' })).status).toBe(412);
      expect((await get(`/ipfs/${tree}?format=raw`, { 'cache-control': 'max-age=0, only-if-cached' })).status).toBe(200);
      for (const method of ['POST', 'PUT', 'DELETE']) expect(await get(`/ipfs/${tree}`, {}, method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
      expect((await get(`/ipfs/${tree}`, {}, 'OPTIONS')).status).toBe(204);
      // The specification's example of several wishes; and one that cannot be had before one that can.
      expect((await get(`/ipfs/${tree}`, { accept: 'application/vnd.ipld.car;order=foo, application/vnd.ipld.car;order=dfs;dups=y;q=0.5' })).headers['content-type']).toContain('dups=y');
      expect((await get(`/ipfs/${tree}?format=raw`, { accept: 'application/vnd.ipld.car' })).headers['content-type']).toBe('application/vnd.ipld.raw');
    });

    it('what is no HTTP', async () => {
      const socket = connect(Number(new URL(given().gateway.url).port), '127.0.0.1');
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.resume().on('error', () => undefined).end(`GET /ipfs/${'\xff'.repeat(20_000)} HTTP/1.1\r\n\r\n`);
      await ended;
      expect((await get('/ipfs/bafkqaaa?format=raw')).status).toBe(200);
    });
  });

  describe('a gateway that is told to', () => {
    it('sends files as they are, with ranges, types and lists, in a sandbox', async () => {
      const { client, tree, many } = given();
      const plain = await startGateway(client, { deserialize: true, allowOrigin: '' });
      const read = (path: string, headers: Record<string, string> = {}, method = 'GET') => ask(plain.url, `/ipfs/${tree}${path}`, { headers, method });
      try {
        const page = await read('/page.html');
        expect([page.status, page.body.toString()]).toEqual([200, FILES['page.html']]);
        expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff', 'accept-ranges': 'bytes', 'content-security-policy': expect.stringMatching(/^sandbox;.*script-src 'none'/) });
        expect(page.headers['access-control-allow-origin']).toBeUndefined();
        const three = Buffer.from(FILES['three.bin'] as Uint8Array);
        expect(Buffer.compare((await read('/three.bin')).body, three)).toBe(0);
        for (const [range, from, to] of [['bytes=0-0', 0, 1], [`bytes=${MIB - 1}-${MIB + 1}`, MIB - 1, MIB + 2], ['bytes=-5', 3 * MIB - 5, 3 * MIB], [`bytes=${3 * MIB - 1}-`, 3 * MIB - 1, 3 * MIB], ['bytes=3145720-99999999', 3_145_720, 3 * MIB]] as const) {
          const part = await read('/three.bin', { range });
          expect([part.status, part.headers['content-range']], range).toEqual([206, `bytes ${from}-${to - 1}/${3 * MIB}`]);
          expect(Buffer.compare(part.body, three.subarray(from, to)), range).toBe(0);
        }
        expect(await read('/three.bin', { range: 'bytes=3145728-' })).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */3145728' } });
        for (const range of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-']) expect((await read('/page.html', { range })).status, range).toBe(200);
        expect((await read('/page.html', { 'range': 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
        expect(await read('/three.bin', {}, 'HEAD')).toMatchObject({ status: 200, headers: { 'content-length': String(3 * MIB), 'content-type': 'application/octet-stream' } });
        expect(await read('/sub')).toMatchObject({ status: 301, headers: { location: `/ipfs/${tree}/sub/` } });
        expect((await read('/sub/deep/')).body.toString()).toContain('ünïcode ☃</a>');
        expect((await read('/empty')).body.length).toBe(0);
        expect((await read('/page.html?filename=a%22%0d%0aX-Evil:%201&download=true')).headers['content-disposition']).toBe("attachment; filename=\"a___X-Evil: 1\"; filename*=UTF-8''a%22%0D%0AX-Evil%3A%201");
        const listed = (await ask(plain.url, `/ipfs/${many}/`)).body.toString();
        expect(listed.match(/<li>/g)).toHaveLength(1_050);
        expect((await read('/page.html?format=raw')).headers['content-type']).toBe('application/vnd.ipld.raw');
      } finally {
        await plain.stop();
      }
    });

    it('does not serve what its owner denies, and no more at once than it may', async () => {
      const { client, tree, zeros } = given();
      const legal = rawBlock(FILES['page.html'] as string).cid;
      const denied = [{ cid: legal.toString(base36), status: 451 as const, reason: 'court order 7' }, { cid: rawBlock('x').cid.toString() }];
      const strict = await startGateway(client, { denied, requestsAtOnce: 1 });
      try {
        const answer = await ask(strict.url, `/ipfs/${legal}?format=raw`);
        expect([answer.status, answer.body.toString()]).toEqual([451, `${legal} is not served, for legal reasons (court order 7).\n`]);
        expect((await ask(strict.url, `/ipfs/${tree}/page.html?format=car`)).status).toBe(451);
        expect((await ask(strict.url, `/ipfs/${rawBlock('x').cid}?format=raw`)).status).toBe(410);
        expect((await ask(strict.url, `/ipfs/${tree}?format=raw`)).status).toBe(200);
        const socket = connect(Number(new URL(strict.url).port), '127.0.0.1', () => socket.write(`GET /ipfs/${zeros}?format=car&car-dups=y HTTP/1.1\r\nHost: x\r\n\r\n`));
        await new Promise((resolve) => socket.once('readable', resolve));
        expect(await ask(strict.url, `/ipfs/${tree}?format=raw`)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
        socket.destroy();
        await expect.poll(async () => (await ask(strict.url, `/ipfs/${tree}?format=raw`)).status, { timeout: 10_000 }).toBe(200);
      } finally {
        await strict.stop();
      }
      await expect(startGateway(client, { denied: [{ cid: 'not a cid' }] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });
  });
}
