/** The devnet's accounts as wallets: no extension is needed to try things out. Everybody has their keys, so they exist on chain 31337 only. */
import { mnemonicToAccount } from 'viem/accounts';
import type { HDAccount } from 'viem/accounts';
import { DEV_CHAIN_ID, PublicKeyRefusedError } from '../../../chain/dev-accounts.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import type { WalletChoice } from '../state/wallet.ts';

/** Account 0 deployed the network and pays for its nodes. */
const FIRST_ACCOUNT = 1;
const LAST_ACCOUNT = 9;
const PREFIX = 'devnet:';

export interface DevNetwork {
  readonly chainId: number;
  readonly devMnemonic?: string | undefined;
}

export function devChoices({ chainId, devMnemonic }: DevNetwork): readonly WalletChoice[] {
  if (chainId !== DEV_CHAIN_ID || devMnemonic === undefined) return [];
  return Array.from({ length: LAST_ACCOUNT - FIRST_ACCOUNT + 1 }, (_, i) => ({ id: `${PREFIX}${FIRST_ACCOUNT + i}`, name: `Devnet account ${FIRST_ACCOUNT + i}`, isDev: true }));
}

export function isDevChoice(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** Throws PublicKeyRefusedError away from a devnet, NO_SUCH_WALLET. */
export function devAccountOf(network: DevNetwork, id: string): HDAccount {
  if (network.chainId !== DEV_CHAIN_ID) throw new PublicKeyRefusedError(network.chainId);
  if (network.devMnemonic === undefined || !devChoices(network).some((one) => one.id === id)) {
    throw new HoldfastError('NO_SUCH_WALLET', 'This network has no such account.', { nextStep: 'Choose another wallet.' });
  }
  return mnemonicToAccount(network.devMnemonic, { addressIndex: Number(id.slice(PREFIX.length)) });
}
