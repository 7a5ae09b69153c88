import type { WalletState } from '../state/wallet.ts';

type Facts = Omit<WalletState, 'connect' | 'disconnect' | 'switchNetwork'>;

export interface WalletFacts extends Facts {
  /** Windows of the wallet that wait for an answer. */
  readonly asking: number;
}

/** Where the last choice is remembered: localStorage. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export const NOBODY: Omit<WalletFacts, 'choices'> = { status: 'disconnected', isWrongNetwork: false, asking: 0 };
