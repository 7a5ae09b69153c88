/** What the contracts said, from the chain itself. */
import { decodeEventLog } from 'viem';
import type { Address, Hex } from 'viem';
import type { Chain } from '../../../chain/types.ts';
import { contractAt, contractsOf } from './contracts.ts';
import type { ChainEvent } from './sentence.ts';
import type { Deployment } from '../../../chain/deployment.ts';

/** RPC services refuse larger ranges. */
const BLOCKS_PER_CALL = 10_000n;

interface RawLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: bigint | null;
  readonly logIndex: number | null;
  readonly transactionHash: Hex | null;
}

/** Of the deployment's contracts, in the order of the chain. What cannot be decoded belongs to another version and is left out. */
export function decodeLogs(deployment: Deployment, logs: readonly RawLog[]): ChainEvent[] {
  return logs.flatMap((log): ChainEvent[] => {
    const contract = contractAt(deployment, log.address);
    if (contract === undefined) return [];
    try {
      const { eventName, args } = decodeEventLog({ abi: contract.abi, topics: log.topics as [Hex, ...Hex[]], data: log.data }) as unknown as { eventName: string; args?: Record<string, unknown> };
      return [{ contract: contract.name, name: eventName, args: args ?? {}, block: log.blockNumber ?? 0n, index: log.logIndex ?? 0, transaction: log.transactionHash ?? '0x' }];
    } catch {
      return [];
    }
  });
}

/** Both ends included. */
export async function readChainEvents(chain: Chain, range: { readonly fromBlock: bigint; readonly toBlock: bigint; readonly addresses?: readonly Address[]; readonly signal?: AbortSignal }): Promise<ChainEvent[]> {
  const address = [...(range.addresses ?? contractsOf(chain.deployment).map((one) => one.address))];
  const events: ChainEvent[] = [];
  for (let fromBlock = range.fromBlock; fromBlock <= range.toBlock; fromBlock += BLOCKS_PER_CALL) {
    range.signal?.throwIfAborted();
    const end = fromBlock + BLOCKS_PER_CALL - 1n;
    const toBlock = end < range.toBlock ? end : range.toBlock;
    events.push(...decodeLogs(chain.deployment, await chain.ask('the events', (client) => client.getLogs({ address, fromBlock, toBlock }))));
  }
  return events;
}

/** Events that belong together: one transaction's, the newest transaction first. */
export interface EventGroup {
  readonly transaction: Hex;
  readonly block: bigint;
  readonly events: readonly ChainEvent[];
}

export function byTransaction(events: readonly ChainEvent[]): EventGroup[] {
  const groups = new Map<Hex, { transaction: Hex; block: bigint; events: ChainEvent[] }>();
  for (const event of events) {
    const group = groups.get(event.transaction) ?? { transaction: event.transaction, block: event.block, events: [] };
    groups.set(event.transaction, group);
    group.events.push(event);
  }
  const firstIndex = ({ events: [first] }: EventGroup): number => first?.index ?? 0;
  return [...groups.values()].sort((a, b) => Number(b.block - a.block) || firstIndex(b) - firstIndex(a));
}

/** How far back a page looks that asks the chain alone: a few calls at most. */
export const RECENT_BLOCKS = 20_000n;

/** The newest transactions with Holdfast's contracts. `isWhole`: nothing lies before the blocks that were looked at. */
export async function readRecent(chain: Chain, options: { readonly blocks?: bigint; readonly signal?: AbortSignal } = {}): Promise<{ groups: EventGroup[]; fromBlock: bigint; toBlock: bigint; isWhole: boolean }> {
  const toBlock = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const { fromBlock: first } = chain.deployment;
  const wanted = toBlock - (options.blocks ?? RECENT_BLOCKS) + 1n;
  const fromBlock = wanted > first ? wanted : first;
  const events = await readChainEvents(chain, { fromBlock, toBlock, ...(options.signal === undefined ? {} : { signal: options.signal }) });
  return { groups: byTransaction(events), fromBlock, toBlock, isWhole: fromBlock === first };
}
