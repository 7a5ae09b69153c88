import { decodeFunctionResult, encodeFunctionData, numberToHex } from 'viem';
import type { parseEventLogs } from 'viem';
import type { Abi, Address, Hex } from 'viem';

/** Asks the chain as it was behind one block. */
export interface ChainAt {
  readonly block: number;
  /** Logs of one event up to the block. */
  logs(filter: { readonly address: Address; readonly topics: readonly Hex[] }): Promise<readonly RpcLog[]>;
  read<T>(contract: { readonly address: Address; readonly abi: Abi }, functionName: string, args?: readonly unknown[]): Promise<T>;
  /** Undefined where the view reverts. */
  attempt<T>(contract: { readonly address: Address; readonly abi: Abi }, functionName: string, args?: readonly unknown[]): Promise<T | undefined>;
}

type RpcLog = Parameters<typeof parseEventLogs>[0]['logs'][number];

export type Request = <T>(method: string, params: readonly unknown[]) => Promise<T>;

export function chainAt(request: Request, block: number): ChainAt {
  const read = async <T>(contract: { readonly address: Address; readonly abi: Abi }, functionName: string, args: readonly unknown[] = []): Promise<T> => {
    const data = encodeFunctionData({ abi: contract.abi, functionName, args });
    const result = await request<Hex>('eth_call', [{ to: contract.address, data }, numberToHex(block)]);
    return decodeFunctionResult({ abi: contract.abi, functionName, data: result }) as T;
  };
  return {
    block,
    read,
    logs: (filter) => request('eth_getLogs', [{ ...filter, fromBlock: '0x0', toBlock: numberToHex(block) }]),
    async attempt<T>(contract: { readonly address: Address; readonly abi: Abi }, functionName: string, args: readonly unknown[] = []) {
      try {
        return await read<T>(contract, functionName, args);
      } catch (error) {
        if (typeof (error as { data?: unknown }).data === 'string') return undefined;
        throw error;
      }
    },
  };
}
