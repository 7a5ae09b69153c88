/** The one key from which all others of a creator follow. Any machine with the same wallet, or the same phrase, finds it again. */
import { type Address, type TypedDataDomain, hexToBytes } from 'viem';
import { utf8 } from '../codec/bytes.ts';
import type { Platform } from '../codec/types.ts';
import { type Signer, signTyped } from '../wire/typed-data.ts';
import { BadPhraseError, NonDeterministicWalletError } from './errors.ts';

const PURPOSE = 'Holdfast master key, version 1. Whoever has this signature can read everything that this wallet stores.';
const SALT = utf8('holdfast/1');

/** 32 bytes. Signs twice: a wallet that does not repeat itself would lock its owner out on the next machine. */
export async function masterFromWallet(
  platform: Platform,
  options: { readonly signer: Signer; readonly creator: Address; readonly domain: TypedDataDomain },
): Promise<Uint8Array> {
  const { signer, creator, domain } = options;
  const message = { creator, purpose: PURPOSE };
  const first = await signTyped(signer, domain, 'MasterKey', message);
  const second = await signTyped(signer, domain, 'MasterKey', message);
  if (first !== second) throw new NonDeterministicWalletError();
  return platform.hkdfSha256({ ikm: hexToBytes(first), salt: SALT, info: utf8('master'), sizeBytes: 32 });
}

/** 32 bytes from a BIP-39 phrase, for wallets that cannot give a key. */
export async function masterFromPhrase(platform: Platform, phrase: string): Promise<Uint8Array> {
  // 30 MiB that an upload with a wallet's key does without.
  const { Mnemonic } = await import('ethers');
  let seed: string;
  try {
    seed = Mnemonic.fromPhrase(phrase.trim().toLowerCase().replace(/\s+/g, ' ')).computeSeed();
  } catch (cause) {
    throw new BadPhraseError(cause);
  }
  return platform.hkdfSha256({ ikm: hexToBytes(seed as `0x${string}`), salt: SALT, info: utf8('master from phrase'), sizeBytes: 32 });
}
