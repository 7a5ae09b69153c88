// usage: forked by attach.ts: the heavy end, with everything that a heavy node's process has loaded.
import { join } from 'node:path';
import { createAttachments } from '../../offchain/p2p/attachments.ts';
import type { Attachments } from '../../offchain/p2p/attachments.ts';
import { startPeer } from '../../offchain/p2p/start-peer.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { NETWORK, accountOf, registryOf } from './attach-registry.ts';

// The service's code belongs to its process's memory.
await import('../../offchain/heavy/service.ts');

let attachments: Attachments | undefined;

async function start({ home, lights }: { readonly home: string; readonly lights: number }): Promise<{ addresses: string[] }> {
  const registered = registryOf([1, ...Array.from({ length: lights }, (_, i) => 10 + i)]);
  const log = createLogger({ name: 'heavy', write: () => undefined });
  const peer = await startPeer({
    role: 'heavy', network: NETWORK, nodeId: 1, signer: accountOf(1), home: join(home, 'heavy'), registered, log,
    nowSeconds: async () => Date.now() / 1000,
    listen: { host: '127.0.0.1', tcpPort: 0, wsPort: 0 },
    connectionsPerSecond: 10_000,
  });
  attachments = createAttachments({ peer, nodeId: 1, isOwn: async () => true, dialBack: async () => true, relayUrl: (node) => `http://127.0.0.1/relay/${node}`, told: () => [] });
  return { addresses: peer.addresses() };
}

process.on('message', (message: { readonly act: 'start' | 'usage'; readonly home: string; readonly lights: number }) => {
  if (message.act === 'start') return void start(message).then((reply) => process.send?.(reply));
  const { user, system } = process.cpuUsage();
  process.send?.({ rssBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6, attached: attachments?.size ?? 0 });
});
