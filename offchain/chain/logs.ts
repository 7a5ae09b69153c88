import { parseEventLogs } from 'viem';
import type { AbiEvent, Address, GetLogsReturnType, ParseEventLogsReturnType } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 10_000n;

/** All logs of `event` from the deployment's block (or `fromBlock`) to the newest, in portions; of the market where no other contract is named. */
export async function readLogs<const E extends AbiEvent>(
  chain: Chain,
  options: { event: E; args?: Readonly<Record<string, unknown>>; address?: Address; fromBlock?: bigint | undefined; toBlock?: bigint | undefined },
): Promise<GetLogsReturnType<E, [E], true>> {
  const { event, args, address = chain.deployment.market } = options;
  const last = options.toBlock ?? (await chain.ask('the latest block', (client) => client.getBlockNumber()));
  const logs: unknown[] = [];
  for (let from = options.fromBlock ?? chain.deployment.fromBlock; from <= last; from += BLOCKS_PER_CALL) {
    const to = from + BLOCKS_PER_CALL - 1n;
    const request = { address, event, args, strict: true, fromBlock: from, toBlock: to < last ? to : last };
    logs.push(...(await chain.ask(`the log of ${event.name}`, (client) => client.getLogs(request as never))));
  }
  return logs as unknown as GetLogsReturnType<E, [E], true>;
}

/** Any event of the market, told apart by `eventName`. */
export type MarketEvent = ParseEventLogsReturnType<typeof marketAbi, undefined, true>[number] & { readonly blockNumber: bigint };

/** Everything that the market said in these blocks, in order: one question instead of one for each kind of event. */
export async function readMarketEvents(chain: Chain, range: { fromBlock: bigint; toBlock: bigint }): Promise<MarketEvent[]> {
  const events: MarketEvent[] = [];
  for (let from = range.fromBlock; from <= range.toBlock; from += BLOCKS_PER_CALL) {
    const end = from + BLOCKS_PER_CALL - 1n;
    const toBlock = end < range.toBlock ? end : range.toBlock;
    const logs = await chain.ask('the market events', (client) => client.getLogs({ address: chain.deployment.market, fromBlock: from, toBlock }));
    events.push(...(parseEventLogs({ abi: marketAbi, logs }) as MarketEvent[]));
  }
  return events;
}
