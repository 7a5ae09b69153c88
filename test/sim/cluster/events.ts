/** What the chain says that happened: every event of market and registry, in order. */
import { parseEventLogs } from 'viem';
import type { Hex, Log } from 'viem';
import { marketAbi, registryAbi } from '../../../offchain/chain/generated/abi.ts';
import type { EventLog } from '../event-log.ts';
import { START_MS } from './town.ts';
import type { Town } from './town.ts';

export class ChainEvents {
  readonly #town: Town;
  readonly #log: EventLog;
  #from = 0;

  constructor(town: Town, log: EventLog) {
    this.#town = town;
    this.#log = log;
  }

  async follow(): Promise<void> {
    const { rpc, deployment } = this.#town;
    const address = [deployment.market, deployment.registry];
    const logs = (await rpc.evm.request('eth_getLogs', [{ address, fromBlock: `0x${this.#from.toString(16)}`, toBlock: 'latest' }])) as (Log & { blockTimestamp?: Hex })[];
    const latest = Number(await rpc.evm.request<Hex>('eth_blockNumber', []));
    for (const { eventName, args } of parseEventLogs({ abi: [...marketAbi, ...registryAbi], logs })) {
      this.#log.note((this.#town.time.nowMs - START_MS) / 1_000, eventName, JSON.stringify(args, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    }
    this.#from = latest + 1;
  }
}
