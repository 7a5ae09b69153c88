import type { Address } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import type { HDAccount } from 'viem/accounts';
import { HoldfastError } from '../wire/errors.ts';

/** Known to everybody: worth nothing anywhere but on a devnet. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk';
export const DEV_CHAIN_ID = 31337;
/** As many as `hardhat node` funds. */
export const DEV_ACCOUNTS = 20;

/** Somebody is about to use a key that the whole world has. */
export class PublicKeyRefusedError extends HoldfastError {
  constructor(chainId: number) {
    super('PUBLIC_KEY_REFUSED', `The devnet's accounts must not be used on chain ${chainId}: everybody has their keys.`, {
      nextStep: 'Create a keystore of your own.',
    });
  }
}

/** Account `index` of the devnet's mnemonic. Throws PublicKeyRefusedError on any other chain. */
export function devAccount(index: number, chainId: number): HDAccount {
  if (chainId !== DEV_CHAIN_ID) throw new PublicKeyRefusedError(chainId);
  return mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index });
}

/** Throws PublicKeyRefusedError when `address` is one of the funded devnet accounts and the chain is not a devnet. */
export function refuseDevAccount(address: Address, chainId: number): void {
  if (chainId === DEV_CHAIN_ID) return;
  for (let index = 0; index < DEV_ACCOUNTS; index++) {
    const known = mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index }).address;
    if (known.toLowerCase() === address.toLowerCase()) throw new PublicKeyRefusedError(chainId);
  }
}
