import type { Abi, Account, Address, Chain as ViemChain, ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType, PublicClient, TransactionReceipt, Transport, TypedDataDomain, WalletClient } from 'viem';
import type { Signer } from '../wire/typed-data.ts';
import type { Deployment } from './deployment.ts';
import type { Clock } from './epoch.ts';
import type { EndpointReport } from './rpc-endpoint.ts';

export type Wallet = WalletClient<Transport, ViemChain | undefined, Account | undefined>;
export type { Signer } from '../wire/typed-data.ts';

type Views = 'view' | 'pure';
type Writes = 'nonpayable' | 'payable';

export interface ReadRequest<A extends Abi, F extends ContractFunctionName<A, Views>> {
  readonly address: Address;
  readonly abi: A;
  readonly functionName: F;
  readonly args?: ContractFunctionArgs<A, Views, F>;
  /** As that block left it; the newest where absent. */
  readonly blockNumber?: bigint;
}

export interface SendRequest<A extends Abi, F extends ContractFunctionName<A, Writes>> {
  readonly address: Address;
  readonly abi: A;
  readonly functionName: F;
  readonly args?: ContractFunctionArgs<A, Writes, F>;
  /** Coin, in its smallest unit. */
  readonly value?: bigint;
  /** What it is called in errors; the function where absent. */
  readonly what?: string;
  /** Gas limit; absent: estimated. */
  readonly gas?: bigint;
  /** Raises the fees over what the chain suggests, to replace or speed up: 25 is a quarter more. */
  readonly feeBoostPercent?: number;
}

/** One deployment seen through one set of RPC addresses, with at most one account that signs. */
export interface Chain {
  readonly public: PublicClient;
  readonly wallet?: Wallet;
  /** Signs typed data: the key itself, or the wallet that asks its owner. */
  readonly account?: Signer;
  readonly deployment: Deployment;
  readonly domain: TypedDataDomain;
  readonly clock: Clock;
  /** A reorganisation deeper than so many blocks is not expected: what is buried deeper may be acted upon for good. See as-of.ts. */
  readonly confirmations: number;
  /** How each RPC address is doing, in their order. */
  endpoints(): readonly EndpointReport[];
  /** The chain's time in Unix seconds, estimated between blocks. */
  nowSeconds(): Promise<number>;
  /** A view call. Throws ContractRevertError, RpcUnavailableError. */
  read<const A extends Abi, F extends ContractFunctionName<A, Views>>(
    request: ReadRequest<A, F>,
  ): Promise<ContractFunctionReturnType<A, Views, F>>;
  /** Simulates, sends, waits for the receipt. Throws ContractRevertError, InsufficientFundsError, RpcUnavailableError, TransactionTimeoutError. */
  send<const A extends Abi, F extends ContractFunctionName<A, Writes>>(request: SendRequest<A, F>): Promise<TransactionReceipt>;
  /** Any other question to the public client, with our errors. */
  ask<T>(what: string, question: (client: PublicClient) => Promise<T>): Promise<T>;
}
