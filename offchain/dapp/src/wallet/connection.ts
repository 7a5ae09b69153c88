/** One wallet that was chosen: which account it uses, which chain it is on, and a signer while both fit. */
import { getAddress } from 'viem';
import type { Address } from 'viem';
import { toChainId } from '../../../chain/wallet/eip1193.ts';
import type { Eip1193Provider } from '../../../chain/wallet/eip1193.ts';
import { askWallet, fromEip1193 } from '../../../chain/wallet/from-eip1193.ts';
import { switchWalletChain } from '../../../chain/wallet/switch-chain.ts';
import type { WalletNetwork } from '../../../chain/wallet/switch-chain.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import type { Signer } from '../../../wire/typed-data.ts';
import { WalletLockedError } from '../../../wire/wallet-errors.ts';

/** `market`: its code must be there, or another chain has the same id. */
export interface Network extends WalletNetwork {
  readonly market: Address;
}

export interface Connected {
  readonly address: Address;
  readonly chainId: number;
  readonly isWrongNetwork: boolean;
  readonly signer?: Signer | undefined;
  /** Why it is the wrong network although the chain's id is right. */
  readonly error?: HoldfastError | undefined;
}

/** The wallet's state as it is now. `isSilent`: opens no window. Throws WalletLockedError, UserRejectedError, WalletBusyError. */
export async function readWallet(provider: Eip1193Provider, { network, isSilent }: { readonly network: Network; readonly isSilent: boolean }): Promise<Connected> {
  const accounts = await askWallet(provider, isSilent ? 'eth_accounts' : 'eth_requestAccounts');
  const first: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  if (typeof first !== 'string') throw new WalletLockedError();
  const address = getAddress(first);
  const chainId = toChainId(await askWallet(provider, 'eth_chainId'));
  if (chainId !== network.chainId) return { address, chainId, isWrongNetwork: true };
  if (!(await isSameChain(provider, network))) return { address, chainId, isWrongNetwork: true, error: otherChain(network) };
  return { address, chainId, isWrongNetwork: false, signer: await fromEip1193(provider, { chainId, address, isSilent: true }) };
}

/** Asks the wallet to come to this network. */
export async function callToNetwork(provider: Eip1193Provider, network: Network): Promise<void> {
  await switchWalletChain(provider, network);
  if (await isSameChain(provider, network)) return;
  const { name, rpcUrls, chainId } = network;
  // The wallet knows a chain of this id at another address.
  await askWallet(provider, 'wallet_addEthereumChain', [{ chainId: `0x${chainId.toString(16)}`, chainName: name, rpcUrls, nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 } }]);
  if (!(await isSameChain(provider, network))) throw otherChain(network);
}

/** What the wallet's own address of the chain has to answer a question in; one that hangs must not keep anybody from connecting. */
const CODE_MS = 5_000;

/** Devnets share one id. A wallet that cannot tell, or not in time, is believed. */
async function isSameChain(provider: Eip1193Provider, { market }: Network): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CODE_MS)));
  const code = await Promise.race([askWallet(provider, 'eth_getCode', [market, 'latest']).catch(() => undefined), late]).finally(() => clearTimeout(timer));
  return typeof code !== 'string' || code.length > 2;
}

function otherChain({ chainId, rpcUrls }: Network): HoldfastError {
  return new HoldfastError('WALLET_OTHER_CHAIN', `The wallet's chain ${chainId} is another one with the same number: Holdfast is not on it.`, {
    nextStep: `In the wallet, set the RPC address of chain ${chainId} to ${rpcUrls[0] ?? 'the one of this network'}.`,
  });
}
