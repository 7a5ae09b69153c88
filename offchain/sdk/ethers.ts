/** An ethers v6 Signer as the account that `createChain` takes. Nothing of ethers is loaded here: any copy of version 6 fits. */
import { UserRejectedRequestError, createWalletClient, custom, hexToBigInt, isHex } from 'viem';
import type { Address, Hex, LocalAccount, TransactionSerializable, WalletClient } from 'viem';
import { publicKeyToAddress, toAccount } from 'viem/accounts';
import { ChainError, WrongChainError } from '../chain/chain-errors.ts';
import { plainChain } from '../chain/wallet/plain-chain.ts';
import type { Signer } from '../wire/typed-data.ts';

/** The part of ethers' `Signer` that is used. Wallet, HDNodeWallet, NonceManager and JsonRpcSigner (of a BrowserProvider) have it. */
export interface EthersSigner {
  readonly provider: { getNetwork(): Promise<{ readonly chainId: bigint }> } | null;
  /** Only keys of this process have one. */
  readonly signingKey?: { readonly publicKey: string } | undefined;
  getAddress(): Promise<string>;
  signMessage(message: string | Uint8Array): Promise<string>;
  signTypedData(domain: EthersDomain, types: Record<string, { name: string; type: string }[]>, value: Record<string, unknown>): Promise<string>;
  signTransaction(transaction: EthersTransaction): Promise<string>;
  sendTransaction(transaction: EthersTransaction): Promise<{ readonly hash: string }>;
  /** Of a JsonRpcSigner: gives the hash without waiting until a node knows the transaction. */
  sendUncheckedTransaction?(transaction: EthersTransaction): Promise<string>;
}

export interface EthersDomain {
  readonly name?: string;
  readonly version?: string;
  readonly chainId?: bigint;
  readonly verifyingContract?: string;
  readonly salt?: string;
}

export interface EthersTransaction {
  readonly type?: number;
  readonly from?: string;
  readonly to?: string;
  readonly data?: string;
  readonly value?: bigint;
  readonly gasLimit?: bigint;
  readonly nonce?: number;
  readonly chainId?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
}

/**
 * A key of this process (Wallet, HDNodeWallet) signs here: nonces and fees are Holdfast's, and the hash is known before anything is sent. Any other signer
 * (a browser's wallet, a NonceManager) is asked to send, and chooses nonce and fees itself.
 * @param options.chainId of the deployment: a signer whose provider is on another chain is refused before it signs or sends
 * @throws WrongChainError; later `USER_REJECTED` when the person at the wallet says no
 * @example
 * const account = await fromEthersSigner(await browserProvider.getSigner(), { chainId: deployment.chainId });
 * const chain = await createChain({ rpcUrls, deployment, account });
 */
export async function fromEthersSigner(signer: EthersSigner, options: { readonly chainId: number }): Promise<Signer> {
  await requireChain(signer, options.chainId);
  return signer.signingKey === undefined ? asWallet(signer, options.chainId) : asLocal(signer, signer.signingKey.publicKey as Hex, options.chainId);
}

function asLocal(signer: EthersSigner, publicKey: Hex, chainId: number): LocalAccount {
  return toAccount({
    address: publicKeyToAddress(publicKey),
    signMessage: async ({ message }) => (await signer.signMessage(typeof message === 'string' ? message : bytesOf(message.raw))) as Hex,
    signTypedData: async (data) => (await signTyped(signer, data as unknown as TypedData)) as Hex,
    signTransaction: async (transaction) => {
      const request = toEthers(transaction);
      if (request.chainId !== BigInt(chainId)) throw new WrongChainError(Number(request.chainId ?? 0), chainId);
      return (await signer.signTransaction(request)) as Hex;
    },
  });
}

async function asWallet(signer: EthersSigner, chainId: number): Promise<WalletClient> {
  const address = (await signer.getAddress()) as Address;
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    await requireChain(signer, chainId);
    const list = (params ?? []) as unknown[];
    try {
      switch (method) {
        case 'eth_chainId': return `0x${chainId.toString(16)}`;
        case 'eth_accounts': return [address];
        case 'personal_sign': return await signer.signMessage(bytesOf(list[0] as Hex));
        case 'eth_signTypedData_v4': return await signTyped(signer, JSON.parse(list[1] as string) as TypedData);
        case 'eth_sendTransaction': return await send(signer, rpcToEthers(list[0] as RpcTransaction));
      }
    } catch (error) {
      throw translate(error, method);
    }
    throw new ChainError('UNSUPPORTED', `A signer is not asked for ${method}.`, { nextStep: 'Reads go to the RPC addresses that createChain was given.' });
  };
  // Asked once: a second question would be a second window in front of somebody.
  return createWalletClient({ account: address, chain: plainChain(chainId), transport: custom({ request }, { retryCount: 0 }) });
}

async function send(signer: EthersSigner, transaction: EthersTransaction): Promise<string> {
  return signer.sendUncheckedTransaction === undefined ? (await signer.sendTransaction(transaction)).hash : signer.sendUncheckedTransaction(transaction);
}

/** A signer without a provider cannot tell; its chain id is then the one that is signed. */
async function requireChain(signer: EthersSigner, chainId: number): Promise<void> {
  if (signer.provider === null) return;
  const have = await signer.provider.getNetwork().then((network) => Number(network.chainId), (error: unknown) => {
    // ethers refuses to go on with a provider whose chain changed under it: that is another chain, not a fault.
    if (isCoded(error, 'NETWORK_ERROR')) throw new ChainError('WALLET_NETWORK', "The wallet's network changed, or does not answer.", { cause: error, retryable: true, nextStep: `Switch the wallet to chain ${chainId} and connect it again.` });
    throw error;
  });
  if (have !== chainId) throw new WrongChainError(have, chainId, 'wallet');
}

interface TypedData {
  readonly domain?: EthersDomain;
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}

/** ethers takes the type that no other one names for the primary one, so it must not see types that are not needed. */
function signTyped(signer: EthersSigner, { domain = {}, types, primaryType, message }: TypedData): Promise<string> {
  const needed: Record<string, { name: string; type: string }[]> = {};
  const take = (name: string): void => {
    const fields = types[name];
    if (fields === undefined || name in needed) return;
    needed[name] = fields.map((field) => ({ ...field }));
    for (const { type } of fields) take(type.replace(/(\[[0-9]*\])+$/, ''));
  };
  take(primaryType);
  return signer.signTypedData(domain, needed, message);
}

function toEthers(transaction: TransactionSerializable): EthersTransaction {
  const { chainId, nonce, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const known = { type: 2, chainId: chainId === undefined ? undefined : BigInt(chainId), nonce, to: to ?? undefined, data, value, gasLimit: gas, maxFeePerGas, maxPriorityFeePerGas };
  return Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined)) as EthersTransaction;
}

interface RpcTransaction {
  readonly from?: Address;
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: Hex;
  readonly gas?: Hex;
  readonly maxFeePerGas?: Hex;
  readonly maxPriorityFeePerGas?: Hex;
}

function rpcToEthers({ from, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas }: RpcTransaction): EthersTransaction {
  const number = (one: Hex | undefined) => (one === undefined ? undefined : hexToBigInt(one));
  const known = { from, to, data, value: number(value), gasLimit: number(gas), maxFeePerGas: number(maxFeePerGas), maxPriorityFeePerGas: number(maxPriorityFeePerGas) };
  return Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined)) as EthersTransaction;
}

function bytesOf(raw: Hex | Uint8Array): Uint8Array {
  return isHex(raw) ? Uint8Array.from(raw.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16)) : raw;
}

function translate(error: unknown, what: string): unknown {
  return isCoded(error, 'ACTION_REJECTED') || isCoded(error, 4001) ? new UserRejectedRequestError(error instanceof Error ? error : new Error(what)) : error;
}

function isCoded(error: unknown, code: string | number): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
