import type { NodeState } from '../chain/node-state.ts';
import { addressesOf } from '../wire/resolve-address.ts';

/** What the nodes' addresses resolve to on this machine. A name that does not resolve in time has no addresses. */
export async function resolveHosts(nodes: readonly Pick<NodeState, 'id' | 'endpoint'>[]): Promise<Map<number, readonly string[]>> {
  return new Map(await Promise.all(nodes.map(async ({ id, endpoint }) => [id, await addressesOf(endpoint)] as const)));
}
