/** One transaction with everything that it did, from the chain. */
import { BaseError, ContractFunctionRevertedError, TransactionNotFoundError, decodeErrorResult, decodeFunctionData } from 'viem';
import type { Abi, Address, Hex } from 'viem';
import { actOf } from '../../../chain/act-of.ts';
import { ChainError } from '../../../chain/chain-errors.ts';
import { epochAt } from '../../../chain/epoch.ts';
import { errorsAbi } from '../../../chain/generated/abi.ts';
import { describeRevert } from '../../../chain/revert-messages.ts';
import type { Chain } from '../../../chain/types.ts';
import { contractAt } from './contracts.ts';
import type { ContractName } from './contracts.ts';
import { decodeLogs } from './read-events.ts';
import type { ChainEvent } from './sentence.ts';

export interface TransactionView {
  readonly hash: Hex;
  /** pending: not in a block yet. */
  readonly status: 'success' | 'reverted' | 'pending';
  readonly block: bigint | undefined;
  /** Unix seconds, and the epoch of the block. */
  readonly seconds: number | undefined;
  readonly epoch: number | undefined;
  readonly from: Address;
  readonly to: Address | null;
  /** Which of our contracts it called, and what: the act, where a permit stands in front of it. */
  readonly contract: ContractName | undefined;
  readonly call: { readonly name: string; readonly args: readonly { readonly name: string; readonly value: unknown }[] } | undefined;
  /** Coin, in its smallest unit: sent along, and paid for gas. */
  readonly value: bigint;
  readonly fee: bigint | undefined;
  readonly gasUsed: bigint | undefined;
  readonly inputBytes: number;
  readonly events: readonly ChainEvent[];
  /** Why it was reverted, where the chain still tells. */
  readonly reason: { readonly sentence: string; readonly nextStep: string } | undefined;
}

/** @throws ChainError NO_SUCH_TRANSACTION, RpcUnavailableError */
export async function readTransaction(chain: Chain, hash: Hex): Promise<TransactionView> {
  const transaction = await chain.ask('a transaction', (client) => client.getTransaction({ hash }).catch(missing));
  if (transaction === undefined) {
    throw new ChainError('NO_SUCH_TRANSACTION', `The chain knows no transaction ${hash}.`, { retryable: true, nextStep: 'Check its number. If it was sent a moment ago, try again: it may not have reached the chain yet.' });
  }
  const { from, to, input, value, blockNumber } = transaction;
  const contract = contractAt(chain.deployment, to);
  const common = { hash, from, to, value, contract: contract?.name, call: callOf(contract?.abi, actOf(input)), inputBytes: (input.length - 2) / 2 };
  if (blockNumber === null) return { ...common, status: 'pending', block: undefined, seconds: undefined, epoch: undefined, fee: undefined, gasUsed: undefined, events: [], reason: undefined };
  const [receipt, block] = await Promise.all([
    chain.ask('a receipt', (client) => client.getTransactionReceipt({ hash })),
    chain.ask('a block', (client) => client.getBlock({ blockNumber })),
  ]);
  const seconds = Number(block.timestamp);
  const { status, gasUsed, effectiveGasPrice, logs } = receipt;
  const reason = status === 'reverted' && to !== null ? await whyReverted(chain, { from, to, input, value, blockNumber }) : undefined;
  return { ...common, status, block: blockNumber, seconds, epoch: epochAt(chain.clock, seconds), gasUsed, fee: gasUsed * effectiveGasPrice, events: decodeLogs(chain.deployment, logs), reason };
}

function missing(error: unknown): undefined {
  if (error instanceof TransactionNotFoundError || (error instanceof BaseError && error.walk((one) => one instanceof TransactionNotFoundError) !== null)) return undefined;
  throw error;
}

function callOf(abi: Abi | undefined, data: Hex): TransactionView['call'] {
  if (abi === undefined || data.length < 10) return undefined;
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data });
    const item = abi.find((one) => one.type === 'function' && one.name === functionName && one.inputs.length === args.length);
    const inputs = item?.type === 'function' ? item.inputs : [];
    return { name: functionName, args: args.map((value, index) => ({ name: inputs[index]?.name || `argument ${index + 1}`, value })) };
  } catch {
    return undefined;
  }
}

/** The same call on the state before its block usually fails in the same way. */
async function whyReverted(chain: Chain, { from, to, input, value, blockNumber }: { from: Address; to: Address; input: Hex; value: bigint; blockNumber: bigint }): Promise<TransactionView['reason']> {
  try {
    await chain.public.call({ account: from, to, data: input, value, blockNumber: blockNumber - 1n });
  } catch (error) {
    const data = revertData(error);
    if (data === undefined) return undefined;
    try {
      const { errorName, args = [], abiItem } = decodeErrorResult({ abi: errorsAbi as Abi, data });
      const inputs = abiItem.type === 'error' ? abiItem.inputs : [];
      return describeRevert(errorName, Object.fromEntries((args as unknown[]).map((arg, index) => [inputs[index]?.name ?? String(index), arg])));
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function revertData(error: unknown): Hex | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 10; one = one.cause, depth++) {
    if (one instanceof ContractFunctionRevertedError && one.raw !== undefined) return one.raw;
    const { data } = one as { data?: unknown };
    const raw = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data;
    if (typeof raw === 'string' && /^0x[0-9a-f]{8,}$/i.test(raw)) return raw as Hex;
  }
  return undefined;
}
