import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { PrivateKeyAccount } from 'viem/accounts';
import { HoldfastError } from '../wire/errors.ts';
import { openSecret, parseKeystore, sealSecret } from './keystore-json.ts';

/** scrypt's cost: about a second. A devnet may choose less. */
export const SCRYPT_N = 131_072;
export const DEVNET_SCRYPT_N = 1_024;

export class WrongPasswordError extends HoldfastError {
  constructor(file: string, cause?: unknown) {
    super('WRONG_PASSWORD', `The password does not open ${file}.`, { cause, nextStep: 'Try again; nobody can restore a lost password.' });
  }
}

export class KeystoreError extends HoldfastError {}

/** Writes a new keystore (Web3 secret storage, version 3) that only its owner may read; never replaces one. */
export async function createKeystore(
  file: string,
  password: string,
  privateKey: Hex = generatePrivateKey(),
  options: { scryptN?: number } = {},
): Promise<PrivateKeyAccount> {
  const account = privateKeyToAccount(privateKey);
  const text = await sealSecret({ address: account.address, privateKey }, password, { scryptN: options.scryptN ?? SCRYPT_N });
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (cause) {
    throw new KeystoreError('KEYSTORE_NOT_WRITTEN', `The keystore ${file} could not be written, or exists already.`, {
      cause,
      nextStep: 'Choose another path: an existing key is never overwritten.',
    });
  }
  return account;
}

/** Opens a keystore. Throws WrongPasswordError or KeystoreError. */
export async function openKeystore(file: string, password: string): Promise<PrivateKeyAccount> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new KeystoreError('NO_KEYSTORE', `There is no readable keystore at ${file}.`, { cause, nextStep: 'Create one, or name the right path.' });
  });
  const secret = parseKeystore(text);
  if (secret === undefined) throw new KeystoreError('BAD_KEYSTORE', `${file} is not a keystore (Web3 secret storage, version 3, AES-128-CTR).`);
  const privateKey = await openSecret(secret, password).catch((cause: unknown) => {
    throw new KeystoreError('BAD_KEYSTORE', `The keystore ${file} is damaged.`, { cause, nextStep: 'Restore it from a copy.' });
  });
  if (privateKey === undefined) throw new WrongPasswordError(file);
  return privateKeyToAccount(privateKey);
}
