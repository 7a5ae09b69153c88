import { createWalletClient, custom, getAddress, isAddress } from 'viem';
import type { Address } from 'viem';
import type { Signer } from '../../wire/signer.ts';
import { WalletAccountError, WalletLockedError } from '../../wire/wallet-errors.ts';
import { WrongChainError } from '../chain-errors.ts';
import { askWallet } from './ask-wallet.ts';
import { checkAnswer } from './check-answer.ts';
import { toChainId } from './eip1193.ts';
import type { Eip1193Provider } from './eip1193.ts';
import { plainChain } from './plain-chain.ts';

export { askWallet } from './ask-wallet.ts';

export interface Eip1193Options {
  /** Of the deployment: a wallet on another chain is refused before it signs or sends, now and before each act. */
  readonly chainId: number;
  /** The account that must be used; the one that is selected in the wallet where absent. */
  readonly address?: Address | undefined;
  /** True: takes what the wallet gave to this page earlier and opens no window. For connecting again when a page loads. */
  readonly isSilent?: boolean | undefined;
}

/** Questions that open a window of the wallet and act for an account. */
const ACTS = new Set(['eth_sendTransaction', 'eth_signTypedData_v4', 'personal_sign', 'wallet_sendCalls']);

/**
 * The account of a browser's wallet for `createChain` and `createBrowserClient`. Before each act the wallet is asked for its chain and its account: who switched one of them
 * meanwhile gets a sentence, and nothing is signed with the wrong one.
 * @throws WrongChainError, WalletAccountError, WalletLockedError, UserRejectedError, WalletBusyError, WalletSilentError
 * @example
 * const account = await fromEip1193(window.ethereum, { chainId: deployment.chainId });
 * const chain = await createChain({ rpcUrls, deployment, account });
 */
export async function fromEip1193(provider: Eip1193Provider, options: Eip1193Options): Promise<Signer> {
  const { chainId } = options;
  const accounts = await accountsOf(provider, options.isSilent === true ? 'eth_accounts' : 'eth_requestAccounts');
  const address = options.address === undefined ? accounts[0] : accounts.find((one) => one === getAddress(options.address!));
  if (address === undefined) throw options.address === undefined || accounts.length === 0 ? new WalletLockedError() : new WalletAccountError({ have: accounts[0], need: options.address });
  await requireChain(provider, chainId);
  // Wallets that list several accounts list the selected one first; one that was asked for by name may stand anywhere.
  const wasSelected = accounts[0] === address;

  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    if (method === 'eth_chainId') return `0x${chainId.toString(16)}`;
    if (ACTS.has(method)) {
      await requireChain(provider, chainId);
      const now = await accountsOf(provider, 'eth_accounts');
      if (!(wasSelected ? now[0] === address : now.includes(address))) throw new WalletAccountError({ have: now[0], need: address });
    }
    return checkAnswer(method, await provider.request({ method, ...(params === undefined ? {} : { params }) }));
  };
  // Asked once: a second question would be a second window in front of somebody.
  return createWalletClient({ account: address, chain: plainChain(chainId), transport: custom({ request }, { retryCount: 0 }) });
}

async function requireChain(provider: Eip1193Provider, chainId: number): Promise<void> {
  const have = toChainId(await askWallet(provider, 'eth_chainId'));
  if (have !== chainId) throw new WrongChainError(have, chainId, 'wallet');
}

async function accountsOf(provider: Eip1193Provider, method: 'eth_accounts' | 'eth_requestAccounts'): Promise<Address[]> {
  const answer = await askWallet(provider, method);
  return Array.isArray(answer) ? answer.filter((one): one is Address => typeof one === 'string' && isAddress(one, { strict: false })).map((one) => getAddress(one)) : [];
}
