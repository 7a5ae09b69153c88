/** What pages know of the wallet. `../wallet` fills it in; nothing else of it is used outside. */
import { createContext, use } from 'react';
import type { Address } from 'viem';
import type { Signer } from '../../../wire/typed-data.ts';

export interface WalletChoice {
  readonly id: string;
  readonly name: string;
  /** A data: picture that the wallet brought along. */
  readonly icon?: string | undefined;
  /** An account of the devnet's mnemonic: everybody has its key. */
  readonly isDev: boolean;
}

export interface WalletState {
  readonly status: 'disconnected' | 'connecting' | 'connected';
  readonly address?: Address | undefined;
  /** The chain that the wallet is on. */
  readonly chainId?: number | undefined;
  readonly isWrongNetwork: boolean;
  /** For `createChain`; absent while disconnected or on another network. Another object for another account. */
  readonly signer?: Signer | undefined;
  /** The connected one. */
  readonly wallet?: WalletChoice | undefined;
  /** Wallets of this browser, each once. */
  readonly choices: readonly WalletChoice[];
  /** Why the last attempt failed. */
  readonly error?: unknown;
  connect(id: string): Promise<void>;
  disconnect(): Promise<void>;
  /** Asks the wallet to come to this network, adding it where it does not know it. */
  switchNetwork(): Promise<void>;
}

const NONE: WalletState = {
  status: 'disconnected',
  isWrongNetwork: false,
  choices: [],
  connect: () => Promise.resolve(),
  disconnect: () => Promise.resolve(),
  switchNetwork: () => Promise.resolve(),
};

export const WalletContext = createContext<WalletState>(NONE);

export function useWallet(): WalletState {
  return use(WalletContext);
}
