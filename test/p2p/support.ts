import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { NetworkName } from '../../offchain/p2p/protocol.ts';
import type { Registered, RegisteredNode } from '../../offchain/p2p/registered.ts';
import { startPeer } from '../../offchain/p2p/start-peer.ts';
import type { Peer, PeerOptions } from '../../offchain/p2p/start-peer.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { peerDomain } from '../../offchain/wire/typed-data.ts';

export const NETWORK: NetworkName = { chainId: 31337, registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' };
export const DOMAIN = peerDomain(NETWORK);

export function accountOf(id: number): PrivateKeyAccount {
  return privateKeyToAccount(`0x${id.toString(16).padStart(64, '0')}`);
}

export const nowSeconds = async (): Promise<number> => Date.now() / 1000;

/** Nodes 1 to 9 are heavy, from 10 on providers; node i is operated by account i. */
export function registryOf(entries: readonly RegisteredNode[]): Registered & { entries: RegisteredNode[] } {
  const list = [...entries];
  return { entries: list, node: async (id) => list.find((one) => one.id === id), heavies: async () => list.filter(({ tier }) => tier === 'heavy') };
}

export function entry(id: number, changes: Partial<RegisteredNode> = {}): RegisteredNode {
  const isHeavy = id < 10;
  return { id, operator: accountOf(id).address as Address, tier: isHeavy ? 'heavy' : 'standard', region: 1, parent: isHeavy ? 0 : 1, endpoint: '', ...changes };
}

export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface World {
  readonly registry: ReturnType<typeof registryOf>;
  readonly lines: Line[];
  heavy(id: number, options?: Partial<PeerOptions>): Promise<Peer>;
  light(id: number, options?: Partial<PeerOptions>): Promise<Peer>;
  stop(): Promise<void>;
}

/** Real peers on loopback sockets, all in this process. */
export async function createWorld(ids: readonly number[]): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-p2p-'));
  const registry = registryOf(ids.map((id) => entry(id)));
  const lines: Line[] = [];
  const peers: Peer[] = [];
  let homes = 0;
  const start = async (id: number, options: Partial<PeerOptions> & Pick<PeerOptions, 'role' | 'listen'>): Promise<Peer> => {
    const log = createLogger({ name: `peer-${id}`, write: (line) => void lines.push(JSON.parse(line) as Line) });
    const home = join(folder, String(homes++));
    const peer = await startPeer({ network: NETWORK, nodeId: id, signer: accountOf(id === 0 ? 99 : id), home, registered: registry, nowSeconds, log, ...options });
    peers.push(peer);
    return peer;
  };
  return {
    registry,
    lines,
    heavy: (id, options = {}) => start(id, { role: 'heavy', listen: { host: '127.0.0.1', tcpPort: 0, wsPort: 0 }, ...options }),
    light: (id, options = {}) => start(id, { role: 'light', listen: { host: '127.0.0.1' }, ...options }),
    async stop() {
      await Promise.all(peers.map((peer) => peer.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, timeoutMs = 20_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
}
