/** Writes an `ethereum.Event`, with all that hangs on it, into a mapping's memory. */
import type { AbiEvent, AbiParameter, Hex } from 'viem';
import { decodeAbiParameters } from 'viem';
import { putChainValue } from './chain-values.ts';
import type { Heap } from './heap.ts';
import { putBigInt } from './numbers.ts';
import { TypeId } from './type-ids.ts';
import type { BlockFacts, LogFacts, ReceiptFacts, TransactionFacts } from './types.ts';

export interface EventFacts {
  readonly log: LogFacts;
  readonly block: BlockFacts;
  readonly transaction: TransactionFacts;
  readonly abi: AbiEvent;
  readonly hasReceipt: boolean;
}

const NOTHING = '0x';
const ZERO_ADDRESS = `0x${'00'.repeat(20)}`;
const NULL = 0;

export function putEvent(heap: Heap, { log, block, transaction, abi, hasReceipt }: EventFacts): number {
  const parameters = decodeParameters(abi, log).map(({ parameter, value }) => heap.fields(TypeId.EventParam, [heap.putText(parameter.name ?? ''), putChainValue(heap, parameter, value)]));
  const index = BigInt(log.logIndex);
  return heap.fields(TypeId.EthereumEvent, [
    heap.putHex(log.address), putBigInt(heap, index), putBigInt(heap, index), NULL, putBlock(heap, block), putTransaction(heap, transaction),
    heap.putPointers(TypeId.ArrayEventParam, parameters), hasReceipt && transaction.receipt !== undefined ? putReceipt(heap, transaction, transaction.receipt, block) : NULL,
  ]);
}

/** In the order of the event's declaration. Indexed values of no fixed size are known by their hash alone: they are bytes32. */
export function decodeParameters(abi: AbiEvent, log: Pick<LogFacts, 'topics' | 'data'>): { parameter: AbiParameter; value: unknown }[] {
  const plain = abi.inputs.filter(({ indexed }) => indexed !== true);
  const values = plain.length === 0 ? [] : (decodeAbiParameters(plain, log.data) as readonly unknown[]);
  let topic = abi.anonymous === true ? 0 : 1;
  let at = 0;
  return abi.inputs.map((input) => {
    if (input.indexed !== true) return { parameter: input, value: values[at++] };
    const isHash = /^(string|bytes|tuple)$|\]$/.test(input.type);
    const parameter = isHash ? { name: input.name ?? '', type: 'bytes32' } : input;
    return { parameter, value: decodeAbiParameters([parameter], log.topics[topic++] as Hex)[0] };
  });
}

function putBlock(heap: Heap, block: BlockFacts): number {
  const { hash, parentHash, unclesHash, author, stateRoot, transactionsRoot, receiptsRoot, number, gasUsed, gasLimit, timestamp, difficulty, totalDifficulty, size, baseFeePerGas } = block;
  const texts = [hash, parentHash, unclesHash, author, stateRoot, transactionsRoot, receiptsRoot].map((hex) => heap.putHex(hex));
  const numbers = [BigInt(number), gasUsed, gasLimit, timestamp, difficulty, totalDifficulty].map((value) => putBigInt(heap, value));
  return heap.fields(TypeId.EthereumBlock, [...texts, ...numbers, size === null ? NULL : putBigInt(heap, size), baseFeePerGas === null ? NULL : putBigInt(heap, baseFeePerGas)]);
}

function putTransaction(heap: Heap, { hash, index, from, to, value, gasLimit, gasPrice, input, nonce }: TransactionFacts): number {
  return heap.fields(TypeId.EthereumTransaction, [
    heap.putHex(hash), putBigInt(heap, BigInt(index)), heap.putHex(from), to === null ? NULL : heap.putHex(to), putBigInt(heap, value), putBigInt(heap, gasLimit), putBigInt(heap, gasPrice),
    heap.putHex(input), putBigInt(heap, nonce),
  ]);
}

function putReceipt(heap: Heap, transaction: TransactionFacts, receipt: ReceiptFacts, block: BlockFacts): number {
  const { cumulativeGasUsed, gasUsed, contractAddress, logs, status, logsBloom } = receipt;
  const index = putBigInt(heap, BigInt(transaction.index));
  const number = BigInt(block.number);
  const logObjects = logs.map((log) => heap.fields(TypeId.Log, [
    heap.putHex(log.address), heap.putPointers(TypeId.ArrayH256, log.topics.map((topic) => heap.putHex(topic))), heap.putHex(log.data), heap.putHex(block.hash), putBigInt(heap, number), heap.putHex(transaction.hash),
    index, putBigInt(heap, BigInt(log.logIndex)), putBigInt(heap, BigInt(log.logIndex)), heap.putText(''), NULL,
  ]));
  return heap.fields(TypeId.TransactionReceipt, [
    heap.putHex(transaction.hash), index, heap.putHex(block.hash), putBigInt(heap, number), putBigInt(heap, cumulativeGasUsed), putBigInt(heap, gasUsed), heap.putHex(contractAddress ?? ZERO_ADDRESS),
    heap.putPointers(TypeId.ArrayLog, logObjects), putBigInt(heap, status), heap.putHex(NOTHING), heap.putHex(logsBloom),
  ]);
}
