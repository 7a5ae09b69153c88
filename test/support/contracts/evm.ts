import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, keccak256, numberToHex, parseEther, parseEventLogs, toHex } from 'viem';
import type { Abi, Address, Hex, Log } from 'viem';
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { network } from 'hardhat';
import type {} from '@nomicfoundation/hardhat-viem';
import { errorsAbi } from '../../../offchain/chain/generated/abi.ts';

/** Every run begins at this instant, so that seeds, and with them gas figures, repeat. */
export const START = Date.UTC(2026, 0, 1) / 1000;
const GAS_LIMIT = 50_000_000n;

export interface Contract {
  readonly address: Address;
  readonly abi: Abi;
}

export interface Receipt {
  readonly gasUsed: number;
  readonly logs: readonly Log[];
}

/** A contract call that reverted: the custom error's name and arguments. */
export class Reverted extends Error {
  readonly errorName: string;
  readonly args: readonly unknown[];

  constructor(errorName: string, args: readonly unknown[]) {
    super(`reverted with ${errorName}(${args.map(String).join(', ')})`);
    this.errorName = errorName;
    this.args = args;
  }
}

export type Evm = Awaited<ReturnType<typeof createEvm>>;

/** A fresh chain inside this process, at the prague rules of hardhat.config.ts. Close it when done. */
export async function createEvm() {
  const connection = await network.create({ network: 'inproc', override: { initialDate: new Date(START * 1000) } });
  const { provider } = connection;
  const known = new Set<Address>();
  let seconds = START;

  async function request<T>(method: string, params: readonly unknown[]): Promise<T> {
    return (await provider.request({ method, params: [...params] })) as T;
  }

  /** Accounts need no funding by hand: the first use gives them coins and lets the chain sign for them. */
  async function admit(address: Address): Promise<void> {
    if (known.has(address)) return;
    known.add(address);
    await request('hardhat_impersonateAccount', [address]);
    await request('hardhat_setBalance', [address, numberToHex(parseEther('1000'))]);
  }


  async function deploy(name: string, args: readonly unknown[] = [], libraries: Record<string, Address> = {}): Promise<Contract> {
    seconds += 1;
    await request('evm_setNextBlockTimestamp', [seconds]);
    const deployed = await connection.viem.deployContract(name, [...args], { libraries });
    return { address: deployed.address, abi: deployed.abi as Abi };
  }

  /** @throws Reverted */
  async function send(from: Address, to: Contract, functionName: string, args: readonly unknown[] = [], value = 0n): Promise<Receipt> {
    // Every transaction gets a second of its own: nothing in a run depends on how fast the machine is.
    const time = (seconds += 1);
    await admit(from);
    const data = encodeFunctionData({ abi: to.abi, functionName, args });
    const call = { from, to: to.address, data, value: numberToHex(value), gas: numberToHex(GAS_LIMIT) };
    await request('evm_setNextBlockTimestamp', [time]);
    const hash = await revealing(() => request<Hex>('eth_sendTransaction', [call]));
    const receipt = await request<{ gasUsed: Hex; logs: Log[]; status: Hex }>('eth_getTransactionReceipt', [hash]);
    if (receipt.status !== '0x1') throw new Error(`${functionName} failed without an error`);
    return { gasUsed: Number(receipt.gasUsed), logs: receipt.logs };
  }

  /** @throws Reverted */
  async function read<T>(to: Contract, functionName: string, args: readonly unknown[] = [], from?: Address): Promise<T> {
    const data = encodeFunctionData({ abi: to.abi, functionName, args });
    const result = await revealing(() => request<Hex>('eth_call', [{ from, to: to.address, data }, 'latest']));
    return decodeFunctionResult({ abi: to.abi, functionName, data: result }) as T;
  }

  /** A block at this time (Unix seconds), so that reads see it too. */
  async function goTo(time: number): Promise<void> {
    seconds = time;
    await request('evm_setNextBlockTimestamp', [seconds]);
    await request('evm_mine', []);
  }

  /** The time of the latest transaction or block, Unix seconds. */
  function now(): number {
    return seconds;
  }

  return { request, admit, deploy, send, read, goTo, now, chainId: Number(await request<Hex>('eth_chainId', [])), close: () => connection.close() };
}

/** The same label gives the same key in every run. */
export function accountOf(label: string): PrivateKeyAccount {
  return privateKeyToAccount(keccak256(toHex(label)));
}

/** The arguments of the only `eventName` in the receipt. */
export function eventOf<T>(receipt: Receipt, contract: { readonly abi: Abi }, eventName: string): T {
  const found = eventsOf<T>(receipt, contract, eventName);
  if (found.length !== 1) throw new Error(`expected one ${eventName}, found ${found.length}`);
  return found[0]!;
}

export function eventsOf<T>(receipt: Receipt, contract: { readonly abi: Abi }, eventName: string): T[] {
  return parseEventLogs({ abi: contract.abi, eventName, logs: [...receipt.logs] }).map((log) => (log as unknown as { args: T }).args);
}

async function revealing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const data = (error as { data?: Hex }).data;
    if (typeof data !== 'string' || data.length < 10) throw error;
    const { errorName, args } = decodeErrorResult({ abi: errorsAbi as Abi, data });
    throw new Reverted(errorName, args ?? []);
  }
}
