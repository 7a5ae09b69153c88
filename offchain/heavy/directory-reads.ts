/** What the directory asks the chain: which nodes an event touched, and how they stand now. */
import { parseEventLogs } from 'viem';
import { lensAbi, marketAbi, registryAbi } from '../chain/generated/abi.ts';
import { toNodeState } from '../chain/node-state.ts';
import type { NodeState } from '../chain/node-state.ts';
import { readNode } from '../chain/read-node.ts';
import type { Chain } from '../chain/types.ts';
import { PARALLEL_REQUESTS } from './limits.ts';
import { mapLimited } from './parallel.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 2_000n;

/** Nodes with ids [from, from + count) that exist. */
export async function readPage(chain: Chain, page: { readonly from: number; readonly count: number }): Promise<NodeState[]> {
  const views = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'nodes', args: [page.from, page.count] });
  return views.map(toNodeState);
}

export function readThese(chain: Chain, ids: readonly number[]): Promise<NodeState[]> {
  return mapLimited([...ids], PARALLEL_REQUESTS, (id) => readNode(chain, id));
}

/** Ids of nodes whose entry, stake, promises or standing may have changed. A proof matters only of a node that counts as faulted. */
export async function nodesTouched(
  chain: Chain,
  options: { readonly fromBlock: bigint; readonly toBlock: bigint; readonly isFaulted: (id: number) => boolean },
): Promise<number[]> {
  const { market, registry } = chain.deployment;
  const touched = new Set<number>();
  for (let from = options.fromBlock; from <= options.toBlock; from += BLOCKS_PER_CALL) {
    const end = from + BLOCKS_PER_CALL - 1n;
    const toBlock = end < options.toBlock ? end : options.toBlock;
    const logs = await chain.ask('the events of registry and market', (client) => client.getLogs({ address: [registry, market], fromBlock: from, toBlock }));
    for (const { args } of parseEventLogs({ abi: registryAbi, logs: logs.filter(({ address }) => address.toLowerCase() === registry.toLowerCase()) })) touched.add(Number(args.id));
    for (const event of parseEventLogs({ abi: marketAbi, logs: logs.filter(({ address }) => address.toLowerCase() === market.toLowerCase()) })) {
      const { args, eventName } = event;
      if (eventName === 'Proved' && !options.isFaulted(args.provider)) continue;
      if ('provider' in args && typeof args.provider === 'number') touched.add(args.provider);
      if (eventName === 'Opened') for (const { provider } of args.offers) touched.add(provider);
      if (eventName === 'Replaced') for (const id of [args.from, args.to]) if (id !== 0) touched.add(id);
    }
  }
  return [...touched].sort((a, b) => a - b);
}
