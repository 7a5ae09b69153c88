import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fund } from '../devnet/fund.ts';
import { restartNode } from '../devnet/network.ts';
import type { Network, NetworkNode } from '../devnet/network.ts';

const STAKE_AGAIN = 500n * 10n ** 18n;

/** A network that goes on after the demo. */
export interface KeptNetwork {
  readonly rpcUrl: string;
  readonly deployment: string;
  readonly heavies: readonly string[];
  readonly providers: readonly string[];
  /** The creator's home folder and the password of its keystore. */
  readonly creatorHome: string;
  readonly password: string;
  readonly pids: readonly number[];
  /** Holds the process ids: `kill $(cat FILE)` ends the network. */
  readonly pidFile: string;
}

/** The last step stopped the services so that their owners could withdraw; those that were not killed start again, with new stakes. */
export async function leaveRunning(network: Network): Promise<KeptNetwork> {
  const dead = new Set(network.killed.map(({ id }) => id));
  const living = network.providers.filter(({ id }) => !dead.has(id));
  // What was slashed is missing from the stakes that they came back with.
  await fund(network.chain, living.map(({ account }) => ({ to: account.address, tokens: STAKE_AGAIN })));
  const heavies = await restartAll(network, 'heavy', network.heavies);
  const providers = await restartAll(network, 'provider', living);
  const pids = network.supervisor.release().map(({ pid }) => pid);
  const pidFile = join(network.folder, 'pids');
  await writeFile(pidFile, `${pids.join(' ')}\n`);
  return {
    rpcUrl: network.rpcUrl,
    deployment: network.deploymentPath,
    heavies: heavies.map(({ url }) => url),
    providers: providers.map(({ url }) => url),
    creatorHome: join(network.folder, 'creator-01'),
    password: network.password,
    pids,
    pidFile,
  };
}

async function restartAll(network: Network, role: 'heavy' | 'provider', nodes: readonly NetworkNode[]): Promise<NetworkNode[]> {
  const started: NetworkNode[] = [];
  for (const node of nodes) started.push(await restartNode(network, role, node));
  return started;
}
