// usage: imported by attach-heavy.ts and attach-lights.ts: a registry of one heavy node (1) and `lights` providers (from 10), as both ends would read it.
import { privateKeyToAccount } from 'viem/accounts';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { NetworkName } from '../../offchain/p2p/protocol.ts';
import type { Registered, RegisteredNode } from '../../offchain/p2p/registered.ts';

export const NETWORK: NetworkName = { chainId: 31337, registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' };

export function accountOf(id: number): PrivateKeyAccount {
  return privateKeyToAccount(`0x${id.toString(16).padStart(64, '0')}`);
}

export function registryOf(ids: readonly number[], endpoint = ''): Registered {
  const nodes = new Map(ids.map((id): [number, RegisteredNode] => [id, { id, operator: accountOf(id).address, tier: id === 1 ? 'heavy' : 'standard', region: 1, parent: id === 1 ? 0 : 1, endpoint: id === 1 ? endpoint : '' }]));
  return { node: async (id) => nodes.get(id), heavies: async () => [...nodes.values()].filter(({ tier }) => tier === 'heavy') };
}
