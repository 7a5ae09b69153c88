import { Mnemonic } from 'ethers';
import { keccak256, stringToBytes, toHex } from 'viem';
import type { Hex } from 'viem';
import { generateMnemonic, english, mnemonicToAccount } from 'viem/accounts';

/** Who takes part; each has keys of its own under the run's mnemonic. */
export type Role = 'creator' | 'heavy' | 'provider';

const ACCOUNT_OF_ROLE: Readonly<Record<Role, number>> = { creator: 0, heavy: 1, provider: 2 };

/** Twelve words: random, or always the same for a seed, so that a run can be repeated. */
export function runMnemonic(seed?: number): string {
  if (seed === undefined) return generateMnemonic(english);
  const digest = keccak256(stringToBytes(`holdfast devnet ${seed}`));
  return Mnemonic.fromEntropy(digest.slice(0, 2 + 32)).phrase;
}

/** The private key of the `index`-th member of a role. */
export function roleKey(mnemonic: string, role: Role, index: number): Hex {
  const { privateKey } = mnemonicToAccount(mnemonic, { accountIndex: ACCOUNT_OF_ROLE[role], addressIndex: index }).getHdKey();
  if (privateKey === null) throw new Error('A derived key without its private part.');
  return toHex(privateKey);
}
