import { readFile } from 'node:fs/promises';
import type { PrivateKeyAccount } from 'viem/accounts';
import { createChain } from '../chain/client.ts';
import type { Chain } from '../chain/client.ts';
import { parseDeployment } from '../chain/deployment.ts';
import type { Deployment } from '../chain/deployment.ts';
import { openKeystore } from '../chain/keystore.ts';
import { homeOf, inHome, readConfig } from './config.ts';
import type { CommonOptions, Config } from './config.ts';
import { BadConfigError, UsageError } from './errors.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { readPassword } from './password.ts';

/** Tries and pauses of a command that somebody waits for: an RPC that is down is reported after seconds, not minutes. */
const INTERACTIVE_RETRY = { retries: 3 } as const;

/** What a command works with. Nothing is opened before it is asked for. */
export interface Session {
  readonly home: string;
  readonly config: Config;
  readonly options: CommonOptions;
  readonly output: Output;
  /** Throws UsageError when none is named. */
  rpcUrls(): readonly string[];
  deployment(): Promise<Deployment>;
  account(): Promise<PrivateKeyAccount>;
  /** Read only. */
  chain(): Promise<Chain>;
  /** With the account of the keystore. */
  signingChain(): Promise<{ chain: Chain; account: PrivateKeyAccount }>;
}

export async function openSession(options: CommonOptions): Promise<Session> {
  const home = homeOf(options);
  const config = await readConfig(home);
  const deployment = once(() => readDeployment(options.deployment ?? inHome(home, config.network.deployment)));
  const account = once(async () => openKeystore(inHome(home, config.wallet.keystore), await readPassword(options)));
  const rpcUrls = () => rpcUrlsOf(options, config);
  return {
    home,
    config,
    options,
    output: createOutput(options),
    rpcUrls,
    deployment,
    account,
    chain: once(async () => createChain({ rpcUrls: rpcUrls(), deployment: await deployment(), confirmations: config.network.confirmations, retry: INTERACTIVE_RETRY })),
    signingChain: once(async () => {
      // Cheap checks come before the slow key derivation.
      const urls = rpcUrls();
      const known = await deployment();
      const opened = await account();
      return { account: opened, chain: await createChain({ rpcUrls: urls, deployment: known, account: opened, confirmations: config.network.confirmations, retry: INTERACTIVE_RETRY }) };
    }),
  };
}

function rpcUrlsOf(options: CommonOptions, config: Config): readonly string[] {
  const urls = options.rpc ?? config.network.rpc;
  if (urls.length === 0) throw new UsageError('No chain is named.', 'Give --rpc URL, or set network.rpc in config.json.');
  for (const url of urls) if (!URL.canParse(url)) throw new UsageError(`"${url}" is no RPC address.`, 'Write for example --rpc http://127.0.0.1:8545.');
  return urls;
}

async function readDeployment(path: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new BadConfigError(path, 'is missing or cannot be read', { cause, nextStep: 'Give --deployment FILE: the devnet and every deployment write one.' });
  }
  return parseDeployment(text);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
