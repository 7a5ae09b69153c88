import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isHex, size } from 'viem';
import type { Hex } from 'viem';
import { DEVNET_SCRYPT_N, KeystoreError, createKeystore } from '../chain/keystore.ts';
import { parseDeployment } from '../chain/deployment.ts';
import { configPath, inHome } from './config.ts';
import type { CommonOptions, ConfigInput } from './config.ts';
import { BadConfigError, UsageError } from './errors.ts';
import { parseCount } from './parse-count.ts';
import { readPassword, refuseWeakPassword } from './password.ts';
import { openSession } from './session.ts';

/** Of secp256k1. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

export interface InitOptions extends CommonOptions {
  readonly privateKeyFile?: string;
  readonly newPhrase?: boolean;
  readonly words: string;
  readonly phrase?: boolean;
  readonly phraseIndex: string;
  readonly lightScrypt?: boolean;
}

/** Writes keystore and, where there is none, the configuration. Never replaces a key. */
export async function runInit(options: InitOptions): Promise<void> {
  const { home, config, output } = await openSession(options);
  const sources = Object.entries({ '--private-key-file': options.privateKeyFile, '--new-phrase': options.newPhrase, '--phrase': options.phrase }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (sources.length > 1) throw new UsageError(`${sources.join(' and ')} exclude each other.`);
  const keystore = inHome(home, config.wallet.keystore);
  // Before words are shown that would be for nothing.
  if (await exists(keystore)) throw new KeystoreError('KEYSTORE_NOT_WRITTEN', `The keystore ${keystore} exists already.`, { nextStep: 'Choose another --home: an existing key is never overwritten.' });
  const privateKey = await keyFrom(options);
  const password = await readPassword({ ...options, isNew: true });
  if (options.lightScrypt !== true) refuseWeakPassword(password);
  else if (password === '') throw new UsageError('The password is empty.');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const account = await createKeystore(keystore, password, privateKey, options.lightScrypt === true ? { scryptN: DEVNET_SCRYPT_N } : {});
  await keepDeployment(home, options);
  await writeConfig(home, options);
  output.result({ address: account.address, keystore, home }, () => [
    `Address   ${account.address}`,
    `Keystore  ${keystore}`,
    options.newPhrase === true || options.phrase === true
      ? 'The words restore this wallet and all of its data on any machine: holdfast init --phrase.'
      : 'Keep the keystore and its password: together they are the only key to money and data.',
  ]);
}

async function keyFrom({ privateKeyFile, newPhrase, words, phrase, phraseIndex }: InitOptions): Promise<Hex | undefined> {
  if (privateKeyFile !== undefined) return readPrivateKey(privateKeyFile);
  if (newPhrase !== true && phrase !== true) return undefined;
  const { readPhrase, showNewPhrase } = await import('./ask-phrase.ts');
  const { privateKeyOf } = await import('./recovery-phrase.ts');
  const index = parseCount(phraseIndex, { what: 'the number of an account', min: 0, max: 2 ** 31 - 1 });
  if (words !== '12' && words !== '24') throw new UsageError(`${words} words are not possible.`, 'Take 12 or 24.');
  return privateKeyOf(newPhrase === true ? await showNewPhrase(words === '12' ? 12 : 24) : await readPhrase(), index);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

async function readPrivateKey(path: string): Promise<Hex> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BadConfigError(path, 'cannot be read', { cause });
  });
  const key = text.trim();
  if (!isHex(key) || size(key) !== 32) throw new UsageError(`${path} holds no private key.`, 'It should be one line of 0x and 64 hex digits.');
  if (BigInt(key) === 0n || BigInt(key) >= CURVE_ORDER) throw new UsageError(`${path} holds a number that is no private key.`, 'A key is above 0 and below the order of the curve secp256k1.');
  return key;
}

async function keepDeployment(home: string, options: InitOptions): Promise<void> {
  if (options.deployment === undefined) return;
  const text = await readFile(options.deployment, 'utf8').catch((cause: unknown) => {
    throw new BadConfigError(options.deployment ?? '', 'cannot be read', { cause });
  });
  parseDeployment(text);
  const kept = inHome(home, 'deployment.json');
  if (resolve(options.deployment) !== resolve(kept)) await copyFile(options.deployment, kept);
}

async function writeConfig(home: string, options: InitOptions): Promise<void> {
  const path = configPath(home);
  if ((await exists(path)) || options.rpc === undefined) return;
  const config: ConfigInput = { network: { rpc: [...options.rpc] } };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
