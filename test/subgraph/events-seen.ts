import { toEventSelector } from 'viem';
import type { AbiEvent } from 'viem';
import type { Deployment } from '../../offchain/chain/deployment.ts';
import { eventsOf, SOURCES, UNHANDLED } from '../../scripts/subgraph/events.ts';
import type { Request } from './chain-at.ts';

/** How often each event of each contract occurred, by "Contract.Event"; those that are never sent are left out. */
export async function eventsSeen(request: Request, deployment: Deployment): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (const source of SOURCES) {
    const logs = await request<readonly { readonly topics: readonly string[] }[]>('eth_getLogs', [{ address: deployment[source.key], fromBlock: '0x0', toBlock: 'latest' }]);
    for (const event of eventsOf(source)) {
      const topic = toEventSelector(event as unknown as AbiEvent);
      const name = `${source.name}.${event.name}`;
      if (UNHANDLED[name] === undefined) seen.set(name, logs.filter(({ topics }) => topics[0] === topic).length);
    }
  }
  return seen;
}
