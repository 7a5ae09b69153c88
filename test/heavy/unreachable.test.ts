import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { createClient } from '../../offchain/client/client.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import { rent } from '../../offchain/client/rent.ts';
import { startPeer } from '../../offchain/p2p/start-peer.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { HeavyStatus, ProviderStatus } from '../../offchain/wire/messages.ts';
import { makeNamespaces, whyNoNamespaces } from '../support/namespaces.ts';
import { PRICE, startNetwork, until } from './support.ts';
import type { Network } from './support.ts';

const CHILD = fileURLToPath(new URL('./unreachable-provider.ts', import.meta.url));
const obstacle = process.env['DATABASE_URL'] === undefined ? whyNoNamespaces() : 'their database is not reached from inside';
if (obstacle !== undefined) process.stderr.write(`\n*** SKIPPED: providers behind a firewall, in network namespaces: ${obstacle} ***\n\n`);

describe.skipIf(obstacle !== undefined)('providers that nobody can call', () => {
  let network: Network;
  let heavy: Awaited<ReturnType<Network['heavy']>>;
  let spaces: ReturnType<typeof makeNamespaces>;
  let proxy: Server;
  let folder: string;
  let client: Client;
  const children: ChildProcess[] = [];
  const ids: number[] = [];
  const lines: Record<string, unknown>[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-unreachable-'));
    spaces = makeNamespaces(4);
    const outside = spaces.spaces[0]!.outside;
    network = await startNetwork();
    heavy = await network.heavy({ listen: { host: outside }, p2p: { tickMs: 500 } });
    // The chain listens on this machine's loopback address, which is another one inside a namespace.
    const rpc = new URL(network.rpcUrl);
    proxy = createServer((near) => {
      const far = connect(Number(rpc.port), rpc.hostname);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, outside, resolve));
    const { port } = proxy.address() as { port: number };
    await Promise.all(spaces.spaces.map(async ({ name }, i) => {
      const { index } = await network.account();
      const home = join(folder, `provider-${i}`);
      const settings = { rpcUrl: `http://${outside}:${port}`, deployment: network.deployment, index, home, region: i + 1, parent: heavy.id, price: String(PRICE), stake: String(parseEther('1')) };
      const text = JSON.stringify(settings, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      const child = spawn('ip', ['netns', 'exec', name, process.execPath, CHILD, text], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const fact = JSON.parse(line) as Record<string, unknown>;
        lines.push(fact);
        if (fact['ready'] === true) ids.push(Number(fact['id']));
      });
    }));
    await until('four providers', () => ids.length === 4 || undefined, 40_000);
    const { chain } = await network.account();
    client = await createClient({ chain, home: join(folder, 'creator') });
  });
  afterAll(async () => {
    for (const line of lines.filter(({ level }) => level === 'warn').slice(0, 10)) process.stderr.write(`${JSON.stringify(line)}\n`);
    await client?.close();
    for (const child of children) child.kill('SIGKILL');
    proxy?.close();
    await network?.stop();
    spaces?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('are found to be so by their parent, and register its relay as their address', async () => {
    await until('relay addresses', async () => {
      const nodes = await Promise.all(ids.map((id) => readNode(client.chain, id)));
      return nodes.every(({ id, endpoint }) => endpoint === `${heavy.url}/relay/${id}`) || undefined;
    }, 30_000);
    await until('four notes in the logs', () => lines.filter(({ event }) => event === 'endpoint.changed').length === 4 || undefined);
    const own = lines.find(({ event, id }) => event === 'provider.started' && id === ids[0])?.['url'];
    await expect(requestJson(`${String(own)}/status`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'TRANSPORT' });
    const status = await requestJson(`${heavy.url}/relay/${ids[0]}/status`, { schema: ProviderStatus });
    expect(status.id).toBe(ids[0]);
  });

  it('are rented from, written to and read from through the relay', async () => {
    // Their /24 is where they really are, not where the relay is: otherwise one agreement could have only one of them.
    let refusal: unknown;
    const { agreement } = await until('a match', () => rent(client, { scheme: { k: 2, m: 2 }, batchLog2: 20, quota: 8, periods: 2, priceLimit: PRICE * 100n }).catch((error: unknown) => void (refusal = error)), 20_000).catch((error: unknown) => {
      throw new Error('nobody could be rented from', { cause: refusal ?? error });
    });
    const { slots } = await readAgreement(client.chain, agreement);
    expect(slots.map(({ provider }) => provider).sort()).toEqual([...ids].sort());
    const source = join(folder, 'source');
    await mkdir(source);
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24));
    await writeFile(join(source, 'file.bin'), bytes);
    await put(client, { paths: [source], name: 'source' });
    await get(client, { name: 'source', into: join(folder, 'back') });
    const files = await Promise.all(['file.bin', 'source/file.bin'].map((name) => readFile(join(folder, 'back', name)).catch(() => undefined)));
    expect(files.find((one) => one !== undefined)?.equals(bytes)).toBe(true);
    expect((await requestJson(`${heavy.url}/status`, { schema: HeavyStatus })).graph?.attached).toBe(4);
  });

  it('come out to a libp2p client that can be called: the relayed connection becomes a direct one', async () => {
    const card = await requestJson(`${heavy.url}/peer`, { schema: z.object({ addresses: z.array(z.string()) }) });
    const provider = String(network.lines.find(({ event, child }) => event === 'child.attached' && child === ids[0])?.['peer']);
    const [account] = [client.chain.account];
    const peer = await startPeer({
      role: 'light', network: network.deployment, nodeId: 0, signer: account!, home: join(folder, 'libp2p-client'),
      registered: { node: async (id) => readNode(client.chain, id), heavies: async () => [] },
      listen: { host: spaces.spaces[0]!.outside, tcpPort: 0 }, nowSeconds: () => client.chain.nowSeconds(), log: createLogger({ name: 'client', write: () => undefined }),
    });
    try {
      const relay = card.addresses.find((one) => !one.includes('/ws'));
      // There is no other way in than the relay; the provider then calls this peer at the address that it tells.
      await peer.dial([`${relay}/p2p-circuit/p2p/${provider}`]);
      const direct = await until('a direct connection', () => peer.node.getConnections().find((one) => one.remotePeer.toString() === provider && !one.remoteAddr.toString().includes('/p2p-circuit')), 15_000);
      const tunnel = await peer.tunnels.open(direct);
      tunnel.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      let text = '';
      for await (const part of tunnel) text += String(part);
      expect(text).toMatch(/^HTTP\/1\.1 200/);
    } finally {
      await peer.stop();
    }
  });
});
