/** What the directory asks the chain: which nodes an event touched, and how they stand now. */
import { parseEventLogs } from 'viem';
import type { Hex } from 'viem';
import { ChainError } from '../chain/chain-errors.ts';
import { lensAbi, marketAbi, registryAbi } from '../chain/generated/abi.ts';
import { toNodeState } from '../chain/node-state.ts';
import type { NodeState } from '../chain/node-state.ts';
import { readNode } from '../chain/read-node.ts';
import type { Chain } from '../chain/types.ts';
import { PARALLEL_REQUESTS } from './limits.ts';
import { mapLimited } from './parallel.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 2_000n;
/** Nodes of one question: a chain's node answers others meanwhile only as fast as this one ends. */
const RUN_NODES = 8;

/** Nodes with ids [from, from + count) that exist. */
export async function readPage(chain: Chain, page: { readonly from: number; readonly count: number }): Promise<NodeState[]> {
  const views = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'nodes', args: [page.from, page.count] });
  return views.map(toNodeState);
}

/** Those of them that exist; neighbours in the registry with one question. */
export async function readThese(chain: Chain, ids: readonly number[], atOnce: number = PARALLEL_REQUESTS): Promise<NodeState[]> {
  const wanted = new Set(ids);
  const runs = await mapLimited(runsOf([...wanted].sort((a, b) => a - b)), atOnce, async ({ from, count }) => {
    return count === 1 ? readNode(chain, from).then((node) => [node], noneIfUnknown) : readPage(chain, { from, count });
  });
  return runs.flat().filter(({ id }) => wanted.has(id));
}

function noneIfUnknown(error: unknown): NodeState[] {
  if (error instanceof ChainError && error.code === 'NO_SUCH_NODE') return [];
  throw error;
}

/** Ids in order, as runs without gaps. */
function runsOf(ids: readonly number[]): { readonly from: number; readonly count: number }[] {
  const runs: { from: number; count: number }[] = [];
  for (const id of ids) {
    const last = runs.at(-1);
    if (last !== undefined && id === last.from + last.count && last.count < RUN_NODES) last.count += 1;
    else runs.push({ from: id, count: 1 });
  }
  return runs;
}

/** An event after which some nodes may differ. A reorganisation gives what happens anew another name. */
export interface Touch {
  readonly name: string;
  readonly block: bigint;
  readonly nodes: readonly number[];
}

/** What may have changed entries, stakes, promises or standings. A proof matters only of a node that counts as faulted. */
export async function touchesOf(
  chain: Chain,
  options: { readonly fromBlock: bigint; readonly toBlock: bigint; readonly isFaulted: (id: number) => boolean },
): Promise<Touch[]> {
  const { market, registry } = chain.deployment;
  const touches: Touch[] = [];
  for (let from = options.fromBlock; from <= options.toBlock; from += BLOCKS_PER_CALL) {
    const end = from + BLOCKS_PER_CALL - 1n;
    const toBlock = end < options.toBlock ? end : options.toBlock;
    const logs = await chain.ask('the events of registry and market', (client) => client.getLogs({ address: [registry, market], fromBlock: from, toBlock }));
    const note = (log: { readonly blockHash: Hex; readonly logIndex: number; readonly blockNumber: bigint }, nodes: readonly number[]): void => {
      if (nodes.length > 0) touches.push({ name: `${log.blockHash}/${log.logIndex}`, block: log.blockNumber, nodes });
    };
    for (const event of parseEventLogs({ abi: registryAbi, logs: logs.filter(({ address }) => address.toLowerCase() === registry.toLowerCase()) })) note(event, [Number(event.args.id)]);
    for (const event of parseEventLogs({ abi: marketAbi, logs: logs.filter(({ address }) => address.toLowerCase() === market.toLowerCase()) })) {
      const { args, eventName } = event;
      if (eventName === 'Proved' && !options.isFaulted(args.provider)) continue;
      if (eventName === 'Opened') note(event, args.offers.map(({ provider }) => provider));
      else if (eventName === 'Replaced') note(event, [args.from, args.to].filter((id) => id !== 0));
      else if ('provider' in args && typeof args.provider === 'number') note(event, [args.provider]);
    }
  }
  return touches;
}
