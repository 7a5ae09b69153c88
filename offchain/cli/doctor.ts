/** `holdfast doctor`, `provider doctor`, `heavy doctor`. Nothing here may need what it looks at: each question is asked when a look wants it, and its failure is that look's finding. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAddress } from 'viem';
import type { Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { createChain } from '../chain/client.ts';
import type { Chain } from '../chain/client.ts';
import { DEV_CHAIN_ID } from '../chain/dev-accounts.ts';
import { parseDeployment } from '../chain/deployment.ts';
import type { Deployment } from '../chain/deployment.ts';
import { openKeystore } from '../chain/keystore.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { heavyUrls } from '../client/heavies.ts';
import { bucketCheck } from '../doctor/bucket.ts';
import { databaseCheck } from '../doctor/database.ts';
import { diskCheck } from '../doctor/disk.ts';
import { examine } from '../doctor/examine.ts';
import { worstOf } from '../doctor/finding.ts';
import type { Check, Finding, Status } from '../doctor/finding.ts';
import { heaviesCheck } from '../doctor/heavies.ts';
import { keystoreCheck } from '../doctor/keystore.ts';
import { machineCheck } from '../doctor/machine.ts';
import { gasCheck, stakeCheck, tokensCheck } from '../doctor/money.ts';
import { portCheck } from '../doctor/port.ts';
import { reachCheck } from '../doctor/reach.ts';
import { rpcCheck } from '../doctor/rpc.ts';
import { quotaFindings } from '../doctor/quota.ts';
import { geometry } from '../codec/geometry.ts';
import { bucketOf } from '../provider/open-files.ts';
import { priceOf } from '../provider/price.ts';
import { configPath, homeOf, inHome, readConfig } from './config.ts';
import type { CommonOptions, Config } from './config.ts';
import { BadConfigError } from './errors.ts';
import { readPassword } from './password.ts';

export type Role = 'creator' | 'provider' | 'heavy';

export interface Diagnosis {
  readonly role: Role;
  readonly status: Status;
  readonly findings: readonly Finding[];
}

const MIB = 1024 * 1024;
/** What a busy node of each kind wants. */
const WANTS: Readonly<Record<Role, { readonly descriptors: number; readonly memoryBytes: number; readonly diskBytes: bigint }>> = {
  creator: { descriptors: 1_024, memoryBytes: 512 * MIB, diskBytes: BigInt(512 * MIB) },
  provider: { descriptors: 4_096, memoryBytes: 512 * MIB, diskBytes: BigInt(1024 * MIB) },
  heavy: { descriptors: 8_192, memoryBytes: 1024 * MIB, diskBytes: BigInt(1024 * MIB) },
};
/** The scheme by which a price per batch becomes one per byte: the default. */
const USUAL = { k: 10, m: 6, batchLog2: 28, quota: 1 };
const SHORT_RETRY = { retries: 0, timeoutMs: 5_000 };

export async function diagnose(role: Role, options: CommonOptions): Promise<Diagnosis> {
  const home = homeOf(options);
  // A file that cannot be read is one finding; the others go on with the defaults.
  const read = await readConfig(home).then((config) => ({ config, error: undefined }), async (error: unknown) => ({ config: await readConfig(join(home, 'there is none')), error }));
  const findings = await examine([{ name: 'config', run: async () => configFinding(home, role, read) }, ...checksOf(role, { home, options, config: read.config })]);
  return { role, status: worstOf(findings), findings };
}

function configFinding(home: string, role: Role, { config, error }: { readonly config: Config; readonly error: unknown }): Finding {
  if (error !== undefined) throw error;
  if (role !== 'creator' && config[role] === undefined) throw new BadConfigError(configPath(home), `has no section "${role}"`, { nextStep: 'offchain/cli/README.md shows one to start from.' });
  return { check: 'config', status: 'ok', cause: `${configPath(home)} can be used.` };
}

function checksOf(role: Role, { home, options, config }: { readonly home: string; readonly options: CommonOptions; readonly config: Config }): Check[] {
  const keystore = inHome(home, config.wallet.keystore);
  const urls = options.rpc ?? config.network.rpc;
  const deployment = once(() => deploymentOf(options.deployment ?? inHome(home, config.network.deployment)));
  const chain = once(async () => createChain({ rpcUrls: urls, deployment: await deployment(), retry: SHORT_RETRY }));
  const password = () => passwordOf(options);
  const signer = once(async (): Promise<PrivateKeyAccount | undefined> => {
    const given = await password();
    return given === undefined ? undefined : openKeystore(keystore, given);
  });
  const signing = once(async () => createChain({ rpcUrls: urls, deployment: await deployment(), account: await signer(), retry: SHORT_RETRY }));
  const account = once(() => addressIn(keystore));
  const node = once(async () => nodeIdOf(await chain(), await account()));
  const wants = WANTS[role];
  const folder = role === 'creator' ? home : join(home, role);
  const money = { chain, account };
  const rpc: Check = {
    name: 'rpc',
    run: async (signal) => {
      const known = await deployment().catch(() => undefined);
      return rpcCheck({ urls, chainId: known?.chainId, isDevelopment: known?.chainId === DEV_CHAIN_ID }).run(signal);
    },
  };
  const common: Check[] = [
    machineCheck(wants),
    keystoreCheck({ file: keystore, password }),
    { name: 'deployment', run: async () => deploymentFinding(await deployment(), await chain()) },
    rpc,
    heaviesCheck(async () => heavyUrls({ chain: await chain(), namedHeavies: config.network.heavies })),
    gasCheck({ ...money, role }),
  ];
  if (role === 'creator') return [...common, tokensCheck(money), diskCheck({ folder, wantBytes: wants.diskBytes, why: 'catalog, journal of uploads and database' })];
  const section = config[role];
  if (section === undefined) return [...common, diskCheck({ folder, wantBytes: wants.diskBytes, why: 'the database' })];
  const port = portCheck({ ...section.listen, node });
  if (role === 'heavy') return [...common, port, diskCheck({ folder, wantBytes: wants.diskBytes, why: 'the database' }), databaseCheck({ home: folder, name: 'heavy' })];
  const { provider } = config;
  if (provider === undefined) return common;
  const { capacityBytes, reserveBytes, stake, parent, listen, endpoint, p2p } = provider;
  return [
    ...common,
    port,
    diskCheck({ folder, wantBytes: reserveBytes, why: 'uploads leave so much for the database' }),
    ...(provider.store.kind === 's3' ? [bucketCheck(() => bucketOf({ ...provider, home: folder }))] : []),
    databaseCheck({ home: folder, name: 'state', then: (store) => quotaFindings({ store, home: folder, capacityBytes, isInBucket: provider.store.kind === 's3' }) }),
    stakeCheck({ ...money, node, wantStake: stake, fullRent: (priceOf(provider, USUAL) * capacityBytes) / BigInt(geometry(USUAL).fragmentSize) }),
    reachCheck({ chain: async () => ((await signer()) === undefined ? chain() : signing()), signer, node, parent, listen, endpoint, isPeerOn: p2p.enabled }),
  ];
}

function deploymentFinding({ chainId, market }: Deployment, chain: Chain): Finding {
  const { epochSeconds } = chain.clock;
  return { check: 'deployment', status: 'ok', cause: `The market at ${market} on chain ${chainId} answers; an epoch has ${epochSeconds} s.` };
}

async function deploymentOf(path: string): Promise<Deployment> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new BadConfigError(path, 'is missing or cannot be read', { cause, nextStep: 'Give --deployment FILE: the devnet and every deployment write one.' });
  });
  return parseDeployment(text);
}

/** A look asks nobody: without a password the key stays closed. */
async function passwordOf(options: CommonOptions): Promise<string | undefined> {
  const isGiven = options.passwordFile !== undefined || process.env['HOLDFAST_PASSWORD'] !== undefined;
  return isGiven ? readPassword(options) : undefined;
}

/** Keystores say in clear whose they are. */
async function addressIn(file: string): Promise<Address> {
  try {
    const { address } = JSON.parse(await readFile(file, 'utf8')) as { address: string };
    return getAddress(address.startsWith('0x') ? address : `0x${address}`);
  } catch (cause) {
    throw new BadConfigError(file, 'does not say whose key it is', { cause, nextStep: 'holdfast init makes a keystore.' });
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
