import { scrypt as nativeScrypt, type ScryptOptions } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { decryptKeystoreJson, encryptKeystoreJson, isKeystoreJson, scrypt } from 'ethers';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { PrivateKeyAccount } from 'viem/accounts';
import { HoldfastError } from '../wire/errors.ts';

/** scrypt's cost: about a second. A devnet may choose less. */
export const SCRYPT_N = 131_072;
export const DEVNET_SCRYPT_N = 1_024;

/** A keystore that asks for more is refused, whoever wrote it. */
const SCRYPT_MEMORY_BYTES = 2 ** 30;

const derive = promisify<Uint8Array, Uint8Array, number, ScryptOptions, Buffer>(nativeScrypt);
// ethers' own, in JavaScript, takes longer and leaves 128 MiB to the garbage collector, which may come for it in the middle of an upload.
scrypt.register((password, salt, N, r, p, keyBytes) => derive(password, salt, keyBytes, { N, r, p, maxmem: SCRYPT_MEMORY_BYTES }));

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
  const scrypt = { N: options.scryptN ?? SCRYPT_N };
  const text = await encryptKeystoreJson({ address: account.address, privateKey }, password, { scrypt });
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
  if (!isKeystoreJson(text)) throw new KeystoreError('BAD_KEYSTORE', `${file} is not a keystore (Web3 secret storage, version 3).`);
  try {
    const { privateKey } = await decryptKeystoreJson(text, password);
    return privateKeyToAccount(privateKey as Hex);
  } catch (cause) {
    if (cause instanceof Error && cause.message.includes('incorrect password')) throw new WrongPasswordError(file, cause);
    throw new KeystoreError('BAD_KEYSTORE', `The keystore ${file} is damaged.`, { cause, nextStep: 'Restore it from a copy.' });
  }
}
