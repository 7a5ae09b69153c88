// usage: forked by attach.ts: some hundred light nodes, each with a libp2p node, a key and a lease of its own.
import { join } from 'node:path';
import { createAttachment } from '../../offchain/p2p/attach.ts';
import type { Attachment } from '../../offchain/p2p/attach.ts';
import { signAsk } from '../../offchain/p2p/asks.ts';
import type { SignedAsk } from '../../offchain/p2p/asks.ts';
import { HelloReply } from '../../offchain/p2p/messages.ts';
import { startPeer } from '../../offchain/p2p/start-peer.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { peerDomain } from '../../offchain/wire/typed-data.ts';
import { NETWORK, accountOf, registryOf } from './attach-registry.ts';

interface Light {
  readonly id: number;
  readonly peer: Peer;
  readonly attachment: Attachment;
}

interface Job {
  readonly act: 'attach' | 'hello' | 'ask';
  readonly home: string;
  readonly addresses: readonly string[];
  readonly from: number;
  readonly count: number;
  readonly lights: number;
  readonly seconds: number;
}

/** Nodes that start at once, and requests under way in one process. */
const AT_ONCE = 32;
const all: Light[] = [];

async function attachOne({ home, addresses, lights }: Job, id: number): Promise<void> {
  const registered = registryOf([1, ...Array.from({ length: lights }, (_, i) => 10 + i)].filter((one) => one === 1 || one === id), addresses[0]);
  const log = createLogger({ name: `light-${id}`, write: () => undefined });
  const peer = await startPeer({ role: 'light', network: NETWORK, nodeId: id, signer: accountOf(id), home: join(home, String(id)), registered, log, nowSeconds: async () => Date.now() / 1000, listen: { host: '127.0.0.1' } });
  const attachment = createAttachment({ peer, registered, home: 1, url: `http://127.0.0.1:${id}` });
  attachment.start();
  while (attachment.parent === undefined) await attachment.tick();
  all.push({ id, peer, attachment });
}

async function inTurns(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  }));
}

/** All light nodes in turn, `AT_ONCE` at a time, for so long or until `work` has nothing left to do. */
async function perSecond(seconds: number, work: (light: Light) => Promise<boolean>): Promise<{ perSecond: number }> {
  const startMs = performance.now();
  let index = 0;
  let done = 0;
  let isOver = false;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (!isOver && performance.now() - startMs < seconds * 1000) {
      if (await work(all[index++ % all.length] as Light)) done += 1;
      else isOver = true;
    }
  }));
  return { perSecond: done / ((performance.now() - startMs) / 1000) };
}

async function hello({ peer }: Light): Promise<boolean> {
  const [connection] = peer.node.getConnections();
  if (connection !== undefined) await peer.requests.send(connection, 'hello', { body: {}, schema: HelloReply });
  return true;
}

async function signedAsks(): Promise<Map<number, SignedAsk[]>> {
  const expiry = Math.floor(Date.now() / 1000) + 1_800;
  const asks = new Map<number, SignedAsk[]>();
  for (const { id } of all) {
    const ask = { provider: id, tier: 'standard', region: 1, unit: 'gib', price: 10n ** 12n, freeBytes: 2n ** 40n, capacityBytes: 2n ** 40n, url: `http://127.0.0.1:${id}`, expiry } as const;
    asks.set(id, await Promise.all([1, 2, 3, 4].map((sequence) => signAsk(accountOf(id), peerDomain(NETWORK), { ...ask, sequence: Date.now() + sequence }))));
  }
  return asks;
}

async function run(job: Job): Promise<object> {
  if (job.act === 'attach') {
    await inTurns(job.count, (index) => attachOne(job, job.from + index));
    return { attached: all.length };
  }
  if (job.act === 'hello') return perSecond(job.seconds, hello);
  const asks = await signedAsks();
  return perSecond(job.seconds, async ({ id, attachment }) => {
    const ask = asks.get(id)?.shift();
    return ask !== undefined && attachment.publishAsk(ask);
  });
}

process.on('message', (job: Job) => void run(job).then((reply) => process.send?.(reply)));
