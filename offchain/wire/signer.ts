import type { Account, Address, Chain, LocalAccount, Transport, WalletClient } from 'viem';
import { HoldfastError } from './errors.ts';

/** Anything that signs: a key in this process, or a wallet that is asked. */
export type Signer = LocalAccount | WalletClient<Transport, Chain | undefined, Account | undefined>;

export function signerAddress(signer: Signer): Address {
  if ('address' in signer) return signer.address;
  if (signer.account === undefined) {
    throw new HoldfastError('NO_ACCOUNT', 'The wallet has no account selected.', { nextStep: 'Connect an account and try again.' });
  }
  return signer.account.address;
}
