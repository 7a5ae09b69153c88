import { SwitchChainError, numberToHex } from 'viem';
import { WrongChainError } from '../chain-errors.ts';
import { askWallet } from './ask-wallet.ts';
import { codeOf, toChainId } from './eip1193.ts';
import type { Eip1193Provider } from './eip1193.ts';

/** A chain as a wallet is told of it (EIP-3085). */
export interface WalletNetwork {
  readonly chainId: number;
  readonly name: string;
  readonly rpcUrls: readonly string[];
  readonly coin?: { readonly name: string; readonly symbol: string } | undefined;
  readonly explorerUrl?: string | undefined;
}

/**
 * Asks the wallet to go to a chain, and to add it when it does not know it.
 * @throws UserRejectedError, WalletBusyError, WalletUnableError; WrongChainError when it said yes and stayed where it was
 */
export async function switchWalletChain(provider: Eip1193Provider, network: WalletNetwork): Promise<void> {
  const chainId = numberToHex(network.chainId);
  try {
    await askWallet(provider, 'wallet_switchEthereumChain', [{ chainId }]);
  } catch (error) {
    if (!isUnknownChain(error)) throw error;
    const { name, rpcUrls, coin = { name: 'Ether', symbol: 'ETH' }, explorerUrl } = network;
    await askWallet(provider, 'wallet_addEthereumChain', [{ chainId, chainName: name, rpcUrls, nativeCurrency: { ...coin, decimals: 18 }, ...(explorerUrl === undefined ? {} : { blockExplorerUrls: [explorerUrl] }) }]);
    // Adding need not mean going there.
    if (toChainId(await askWallet(provider, 'eth_chainId')) !== network.chainId) await askWallet(provider, 'wallet_switchEthereumChain', [{ chainId }]);
  }
  const have = toChainId(await askWallet(provider, 'eth_chainId'));
  if (have !== network.chainId) throw new WrongChainError(have, network.chainId, 'wallet');
}

/** 4902, of the error or of what a mobile wallet wrapped into another one. */
function isUnknownChain(error: unknown): boolean {
  for (let one: unknown = error; one instanceof Error; one = one.cause) if (one instanceof SwitchChainError || codeOf(one) === SwitchChainError.code) return true;
  return codeOf((error as { cause?: unknown } | undefined)?.cause) === SwitchChainError.code;
}
