import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isHex, size } from 'viem';
import type { Hex } from 'viem';
import { DEVNET_SCRYPT_N, createKeystore } from '../chain/keystore.ts';
import { parseDeployment } from '../chain/deployment.ts';
import { configPath, inHome } from './config.ts';
import type { CommonOptions, ConfigInput } from './config.ts';
import { BadConfigError, UsageError } from './errors.ts';
import { readPassword } from './password.ts';
import { openSession } from './session.ts';

export interface InitOptions extends CommonOptions {
  readonly privateKeyFile?: string;
  readonly lightScrypt?: boolean;
}

/** Writes keystore and, where there is none, the configuration. Never replaces a key. */
export async function runInit(options: InitOptions): Promise<void> {
  const { home, config, output } = await openSession(options);
  const privateKey = options.privateKeyFile === undefined ? undefined : await readPrivateKey(options.privateKeyFile);
  const password = await readPassword({ ...options, isNew: true });
  if (password === '') throw new UsageError('The password is empty.');
  const keystore = inHome(home, config.wallet.keystore);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const account = await createKeystore(keystore, password, privateKey, options.lightScrypt === true ? { scryptN: DEVNET_SCRYPT_N } : {});
  await keepDeployment(home, options);
  await writeConfig(home, options);
  output.result({ address: account.address, keystore, home }, () => [
    `Address   ${account.address}`,
    `Keystore  ${keystore}`,
    'Keep the keystore and its password: together they are the only key to money and data.',
  ]);
}

async function readPrivateKey(path: string): Promise<Hex> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BadConfigError(path, 'cannot be read', { cause });
  });
  const key = text.trim();
  if (!isHex(key) || size(key) !== 32) throw new UsageError(`${path} holds no private key.`, 'It should be one line of 0x and 64 hex digits.');
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
  const exists = await access(path).then(() => true, () => false);
  if (exists || options.rpc === undefined) return;
  const config: ConfigInput = { network: { rpc: [...options.rpc] } };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
