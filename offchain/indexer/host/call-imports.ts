import { decodeFunctionResult, encodeFunctionData, toFunctionSignature } from 'viem';
import type { AbiFunction, AbiParameter, Hex } from 'viem';
import { MappingError } from '../errors.ts';
import { putChainValue, readChainValue } from './chain-values.ts';
import type { Heap } from './heap.ts';
import { putBigInt } from './numbers.ts';
import type { Session } from './session.ts';
import { TypeId } from './type-ids.ts';

const NULL = 0;

/** `ethereum.call` and its like: the chain as the event's block left it. */
export function callImports(session: Session, heap: () => Heap) {
  return {
    'ethereum.call': (pointer: number) => {
      const [contractName, address, functionName, signature, parameters] = [0, 4, 8, 12, 16].map((at) => heap().word(pointer + at)) as [number, number, number, number, number];
      const abi = findFunction(session, { contract: heap().text(contractName), name: heap().text(functionName), signature: heap().text(signature) });
      const args = heap().pointers(parameters).map((one) => readChainValue(heap(), one).value);
      const data = encodeFunctionData({ abi: [abi], functionName: abi.name, args: args.map((value, i) => shaped(abi.inputs[i], value)) });
      const answer = session.ask({ kind: 'call', to: heap().hex(address), data });
      if (answer === undefined) return NULL;
      const values = resultsOf(abi, answer);
      return values === undefined ? NULL : heap().putPointers(TypeId.ArrayEthereumValue, values.map((value, i) => putChainValue(heap(), abi.outputs[i] as AbiParameter, value)));
    },
    'ethereum.getBalance': (address: number) => putBigInt(heap(), BigInt(session.ask({ kind: 'balance', of: heap().hex(address) }) ?? '0x0')),
    'ethereum.hasCode': (address: number) => {
      const code = session.ask({ kind: 'code', of: heap().hex(address) });
      return heap().fields(TypeId.WrappedBool, [code === undefined || code === '0x' ? 0 : 1]);
    },
  };
}

/** `signature`: `name(inputs):(outputs)`; overloads are told apart by it. */
function findFunction(session: Session, wanted: { readonly contract: string; readonly name: string; readonly signature: string }): AbiFunction {
  const abi = session.source().abis[wanted.contract];
  const named = (abi ?? []).filter((one): one is AbiFunction => one.type === 'function' && one.name === wanted.name);
  const inputs = wanted.signature.split(':')[0];
  const found = named.find((one) => toFunctionSignature(one) === inputs) ?? (named.length === 1 ? named[0] : undefined);
  if (found === undefined) throw new MappingError(`The ABI ${wanted.contract} of this data source has no function ${wanted.signature}.`);
  return found;
}

/** What a contract that answers with anything else says counts as a revert, as an address without code does. */
function resultsOf(abi: AbiFunction, data: Hex): readonly unknown[] | undefined {
  if (abi.outputs.length === 0) return [];
  try {
    const result = decodeFunctionResult({ abi: [abi], functionName: abi.name, data }) as unknown;
    return abi.outputs.length === 1 ? [result] : (result as readonly unknown[]);
  } catch {
    return undefined;
  }
}

/** viem takes tuples with named parts as objects. */
function shaped(parameter: AbiParameter | undefined, value: unknown): unknown {
  if (parameter === undefined) return value;
  const array = /^(.*)\[\d*\]$/.exec(parameter.type);
  if (array !== null) return (value as readonly unknown[]).map((item) => shaped({ ...parameter, type: array[1] as string }, item));
  const { components } = parameter as { readonly components?: readonly AbiParameter[] };
  if (components === undefined || !components.every(({ name }) => name !== undefined && name !== '')) return value;
  return Object.fromEntries(components.map((part, i) => [part.name, shaped(part, (value as readonly unknown[])[i])]));
}
