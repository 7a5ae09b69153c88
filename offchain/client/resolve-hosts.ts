import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { NodeState } from '../chain/node-state.ts';

const LOOKUP_MS = 3_000;

/** What the nodes' addresses resolve to on this machine. A name that does not resolve in time has no addresses. */
export async function resolveHosts(nodes: readonly Pick<NodeState, 'id' | 'endpoint'>[]): Promise<Map<number, readonly string[]>> {
  return new Map(await Promise.all(nodes.map(async ({ id, endpoint }) => [id, await addressesOf(endpoint)] as const)));
}

async function addressesOf(endpoint: string): Promise<readonly string[]> {
  if (!URL.canParse(endpoint)) return [];
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return [host];
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), LOOKUP_MS).unref());
  return Promise.race([lookup(host, { all: true }), late]).then((found) => found.map(({ address }) => address)).catch(() => []);
}
