/** Events by their topics, in portions that RPC services answer. */
import { encodeEventTopics, formatLog, numberToHex, parseEventLogs } from 'viem';
import type { Abi, Address, ContractEventName, Hex, ParseEventLogsReturnType, RpcLog } from 'viem';
import type { Chain } from '../chain/types.ts';

/** RPC services refuse larger ranges, and longer lists. */
const BLOCKS_PER_CALL = 10_000n;
const TOPICS_PER_CALL = 200;

export interface EventQuery<A extends Abi, E extends ContractEventName<A>> {
  readonly address: Address;
  readonly abi: A;
  readonly names: readonly E[];
  /** The first and second indexed argument: any of these; anything where absent. An empty list finds nothing. */
  readonly first?: readonly Hex[] | undefined;
  readonly second?: readonly Hex[] | undefined;
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
  readonly signal?: AbortSignal | undefined;
  /** Called with each portion: blocks looked at so far. */
  readonly onBlocks?: ((done: bigint) => void) | undefined;
}

export type ReadEvent<A extends Abi, E extends ContractEventName<A>> = ParseEventLogsReturnType<A, E[], true>[number];

/** In the order of the chain. */
export async function readEvents<const A extends Abi, E extends ContractEventName<A>>(chain: Chain, query: EventQuery<A, E>): Promise<ReadEvent<A, E>[]> {
  const { address, abi, names, fromBlock, toBlock, signal } = query;
  const kinds = names.map((eventName) => encodeEventTopics({ abi, eventName } as never)[0] as Hex);
  const logs: RpcLog[] = [];
  for (const first of portions(query.first)) {
    for (const second of portions(query.second)) {
      for (let from = fromBlock; from <= toBlock; from += BLOCKS_PER_CALL) {
        signal?.throwIfAborted();
        const end = from + BLOCKS_PER_CALL - 1n;
        const topics = [kinds, first ?? null, second ?? null].slice(0, second === undefined ? (first === undefined ? 1 : 2) : 3);
        const request = { method: 'eth_getLogs', params: [{ address, fromBlock: numberToHex(from), toBlock: numberToHex(end < toBlock ? end : toBlock), topics }] };
        logs.push(...((await chain.ask('the events', (client) => client.request(request as never))) as RpcLog[]));
        query.onBlocks?.(end < toBlock ? BLOCKS_PER_CALL : toBlock - from + 1n);
      }
    }
  }
  const events = parseEventLogs({ abi: abi as Abi, eventName: names as never, logs: logs.map((log) => formatLog(log)), strict: true }) as unknown as ReadEvent<A, E>[];
  return events.sort(byPlace);
}

export function byPlace(a: { blockNumber: bigint | null; logIndex: number | null }, b: { blockNumber: bigint | null; logIndex: number | null }): number {
  return Number((a.blockNumber ?? 0n) - (b.blockNumber ?? 0n)) || (a.logIndex ?? 0) - (b.logIndex ?? 0);
}

/** As it stands in a topic. */
export function topic(value: number | bigint | Address): Hex {
  return typeof value === 'string' ? `0x${value.slice(2).toLowerCase().padStart(64, '0')}` : numberToHex(value, { size: 32 });
}

function portions(values: readonly Hex[] | undefined): (readonly Hex[] | undefined)[] {
  if (values === undefined) return [undefined];
  const unique = [...new Set(values)];
  return Array.from({ length: Math.ceil(unique.length / TOPICS_PER_CALL) }, (_, i) => unique.slice(i * TOPICS_PER_CALL, (i + 1) * TOPICS_PER_CALL));
}
