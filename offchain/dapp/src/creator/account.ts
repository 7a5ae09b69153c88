import type { Address } from 'viem';
import { HoldfastError } from '../../../wire/errors.ts';
import { useWallet } from '../state/wallet.ts';

/** The connected account; for pages with `needsWallet`. */
export function useAccount(): Address {
  const { address } = useWallet();
  if (address === undefined) throw new HoldfastError('NO_WALLET', 'No wallet is connected.', { nextStep: 'Connect one, then load this page again.' });
  return address;
}
