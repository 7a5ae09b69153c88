import type { AbiEvent, GetLogsReturnType } from 'viem';
import type { Chain } from './types.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 10_000n;

/** All logs of `event` from the deployment's block (or `fromBlock`) to the newest, in portions. */
export async function readLogs<const E extends AbiEvent>(
  chain: Chain,
  options: { event: E; args?: Readonly<Record<string, unknown>>; fromBlock?: bigint; toBlock?: bigint },
): Promise<GetLogsReturnType<E, [E], true>> {
  const { event, args } = options;
  const last = options.toBlock ?? (await chain.ask('the latest block', (client) => client.getBlockNumber()));
  const logs: unknown[] = [];
  for (let from = options.fromBlock ?? chain.deployment.fromBlock; from <= last; from += BLOCKS_PER_CALL) {
    const to = from + BLOCKS_PER_CALL - 1n;
    const request = { address: chain.deployment.market, event, args, strict: true, fromBlock: from, toBlock: to < last ? to : last };
    logs.push(...(await chain.ask(`the log of ${event.name}`, (client) => client.getLogs(request as never))));
  }
  return logs as unknown as GetLogsReturnType<E, [E], true>;
}
