import { decodeEventLog, numberToHex } from 'viem';
import type { Abi, Hex } from 'viem';
import type { Deployment } from '../../offchain/chain/deployment.ts';
import { SOURCES, UNHANDLED } from '../../scripts/subgraph/events.ts';
import type { Request } from './chain-at.ts';

/** What an event says, by name. */
export type Args = Readonly<Record<string, string | number | bigint | boolean>>;

export interface LogLine {
  /** `Market.Opened` */
  readonly name: string;
  readonly contract: string;
  readonly event: string;
  readonly address: Hex;
  readonly args: Args;
  readonly logIndex: number;
  readonly block: bigint;
  readonly timestamp: bigint;
  readonly transaction: ChainTransaction;
  /** Transaction and log index, as the entities that stand for an event are named. */
  readonly id: Hex;
}

export interface ChainTransaction {
  readonly hash: Hex;
  readonly transactionIndex: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly value: Hex;
  readonly gasPrice: Hex;
  readonly gas: Hex;
  readonly input: Hex;
}

interface RpcLog {
  readonly address: Hex;
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
}

/** Everything that the contracts said up to a block, in order, by the chain's own word. */
export async function readChainLog(request: Request, deployment: Deployment, block: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const times = new Map<Hex, Promise<{ timestamp: Hex }>>();
  const transactions = new Map<Hex, Promise<ChainTransaction>>();
  const once = <T>(known: Map<Hex, Promise<T>>, key: Hex, method: string, params: readonly unknown[]): Promise<T> => {
    if (!known.has(key)) known.set(key, request<T>(method, params));
    return known.get(key) as Promise<T>;
  };
  for (const { name: contract, key, abi } of SOURCES) {
    for (const log of await request<readonly RpcLog[]>('eth_getLogs', [{ address: deployment[key], fromBlock: '0x0', toBlock: numberToHex(block) }])) {
      const { eventName, args } = decodeEventLog({ abi: abi as Abi, topics: log.topics, data: log.data });
      const event = String(eventName);
      if (UNHANDLED[`${contract}.${event}`] !== undefined) continue;
      const { timestamp } = await once(times, log.blockNumber, 'eth_getBlockByNumber', [log.blockNumber, false]);
      const transaction = await once(transactions, log.transactionHash, 'eth_getTransactionByHash', [log.transactionHash]);
      const logIndex = Number(log.logIndex);
      lines.push({ name: `${contract}.${event}`, contract, event, address: log.address, args: (args ?? {}) as unknown as Args, logIndex, block: BigInt(log.blockNumber), timestamp: BigInt(timestamp), transaction, id: idOf(log.transactionHash, logIndex) });
    }
  }
  return lines.sort((a, b) => Number(a.block - b.block) || a.logIndex - b.logIndex);
}

/** The log index as AssemblyScript has an i32: four bytes, the lowest first. */
function idOf(hash: Hex, logIndex: number): Hex {
  const index = Buffer.alloc(4);
  index.writeInt32LE(logIndex);
  return `${hash}${index.toString('hex')}`;
}
