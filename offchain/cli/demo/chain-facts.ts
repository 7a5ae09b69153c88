import { getAbiItem, parseEventLogs, toFunctionSelector } from 'viem';
import type { AbiFunction, Address } from 'viem';
import type { Chain } from '../../chain/client.ts';
import { currentEpoch } from '../../chain/current-epoch.ts';
import { epochAt } from '../../chain/epoch.ts';
import { marketAbi } from '../../chain/generated/abi.ts';
import { until } from './until.ts';

/** What the story reads from the chain's logs. */
export interface ProvedFact {
  readonly provider: number;
  readonly epoch: number;
  readonly transaction: string;
}

export async function provedSince(chain: Chain, fromEpoch: number): Promise<ProvedFact[]> {
  const { market, fromBlock } = chain.deployment;
  const logs = await chain.ask('the log of Proved', (client) => client.getContractEvents({ address: market, abi: marketAbi, eventName: 'Proved', fromBlock, strict: true }));
  return logs.map(({ args, transactionHash }) => ({ provider: args.provider, epoch: args.epoch, transaction: transactionHash })).filter(({ epoch }) => epoch >= fromEpoch);
}

/** All of one kind since the deployment. */
export async function marketEvents<E extends 'Replaced' | 'MissesReported'>(chain: Chain, eventName: E) {
  const { market, fromBlock } = chain.deployment;
  const logs = await chain.ask(`the log of ${eventName}`, (client) => client.getLogs({ address: market, fromBlock }));
  return parseEventLogs({ abi: marketAbi, eventName, logs });
}

/** Until a block of `epoch` exists: transactions see the blocks' time, which lags a little behind the clock's. */
export async function untilEpoch(chain: Chain, epoch: number): Promise<void> {
  const timeoutSeconds = chain.clock.epochSeconds * 20;
  await until(`epoch ${epoch}`, {
    timeoutSeconds,
    async ask() {
      const { timestamp } = await chain.ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' }));
      return epochAt(chain.clock, Number(timestamp)) >= epoch ? true : undefined;
    },
  });
}

/** True when the holders of all slots proved `epoch`. */
export function isFull(slots: readonly { readonly provider: number }[], proofs: readonly ProvedFact[], epoch: number): boolean {
  const provers = new Set(proofs.filter((proof) => proof.epoch === epoch).map(({ provider }) => provider));
  return slots.every(({ provider }) => provers.has(provider));
}

/** Waits until all have proven `epoch`, or until it is over. */
export async function untilProven(options: { chain: Chain; epoch: number; slots: readonly { readonly provider: number }[] }): Promise<void> {
  const { chain, epoch, slots } = options;
  await untilEpoch(chain, epoch);
  const timeoutSeconds = 3 * chain.clock.epochSeconds;
  await until(`the end of epoch ${epoch}`, {
    timeoutSeconds,
    ask: async () => (isFull(slots, await provedSince(chain, epoch), epoch) || (await currentEpoch(chain)) > epoch ? true : undefined),
  });
}

const PROVE = toFunctionSelector(getAbiItem({ abi: marketAbi, name: 'prove' }) as AbiFunction);

/** Proofs that `from` sent after block `after`, accepted or not. */
export async function proofsSent(chain: Chain, options: { from: Address; after: bigint }): Promise<number> {
  const last = await chain.ask('the latest block', (client) => client.getBlockNumber());
  let sent = 0;
  for (let number = options.after + 1n; number <= last; number++) {
    const { transactions } = await chain.ask('a block', (client) => client.getBlock({ blockNumber: number, includeTransactions: true }));
    sent += transactions.filter(({ from, input }) => from.toLowerCase() === options.from.toLowerCase() && input.startsWith(PROVE)).length;
  }
  return sent;
}
