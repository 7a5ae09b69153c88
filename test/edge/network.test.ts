import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { type RunningEdge, startEdge } from '../../offchain/edge/service.ts';
import { announceBatch } from '../../offchain/edge/announce.ts';
import { batchContentId } from '../../offchain/wire/content-providers.ts';
import { type RunningHeavy, startHeavy } from '../../offchain/heavy/service.ts';
import { createAttachment } from '../../offchain/p2p/attach.ts';
import { contentKey } from '../../offchain/p2p/routing.ts';
import { startPeer } from '../../offchain/p2p/start-peer.ts';
import { registeredFrom } from '../../offchain/chain/registered.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { type TestHoldfast, startHoldfast } from '../support/holdfast.ts';

const QUIET = createLogger({ name: 'test', write: () => undefined });
const BATCH = `0x${'5a'.repeat(32)}` as const;
const [HEAVY, EDGE, READER] = [1, 10, 11];
let holdfast: TestHoldfast;
let folder: string;
let heavy: RunningHeavy;
let edge: RunningEdge;

beforeAll(async () => {
  holdfast = await startHoldfast();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-edge-net-'));
  const where = { rpcUrls: [holdfast.rpcUrl], deployment: holdfast.deployment };
  heavy = await startHeavy({ ...where, account: devAccount(HEAVY, DEV_CHAIN_ID), settings: { home: join(folder, 'heavy') }, write: () => undefined });
  const config = { home: join(folder, 'edge'), region: 2, parent: heavy.id, p2p: { listen: { host: '127.0.0.1', tcpPort: 0 } } };
  edge = await startEdge({ ...where, account: devAccount(EDGE, DEV_CHAIN_ID), config, log: QUIET });
});
afterAll(async () => {
  await edge?.stop();
  await heavy?.stop();
  await holdfast?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an edge node in the network', () => {
  it('tells the DHT what it keeps, and is found as its holder', async () => {
    await announceBatch(edge.network, BATCH);
    const chain = await holdfast.as(READER);
    const registered = registeredFrom(chain);
    const reader = await startPeer({ role: 'light', network: chain.deployment, nodeId: 0, signer: chain.account!, home: join(folder, 'reader'), registered, log: QUIET, nowSeconds: () => chain.nowSeconds(), listen: { host: '127.0.0.1' } });
    const attachment = createAttachment({ peer: reader, registered, home: heavy.id });
    attachment.start();
    try {
      const key = contentKey(batchContentId(BATCH));
      await expect.poll(async () => (await reader.routing.find(key, { limit: 1 }))[0]?.node, { timeout: 60_000, interval: 1_000 }).toBe(edge.id);
    } finally {
      await attachment.stop();
      await reader.stop();
    }
  });
});
