import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { Chain } from '../../chain/client.ts';
import type { NetworkParameters } from '../../chain/devnet-parameters.ts';
import { createSupervisor } from '../processes.ts';
import type { RunningChild, Supervisor } from '../processes.ts';
import { roleKey } from './accounts.ts';
import type { Role } from './accounts.ts';
import { deployDevnet } from './deploy-devnet.ts';
import { fund } from './fund.ts';
import { makeHome } from './node-home.ts';
import type { ConfigInput } from '../config.ts';

/** A whole network on this machine: every node a process of its own, with its own home folder, keystore and port. */
export interface Network {
  readonly folder: string;
  readonly rpcUrl: string;
  readonly deploymentPath: string;
  /** With the devnet's first account, which has the coin and the tokens. */
  readonly chain: Chain;
  readonly supervisor: Supervisor;
  readonly mnemonic: string;
  /** Of every keystore of the run. */
  readonly password: string;
  readonly chainProcess: RunningChild;
  readonly heavies: NetworkNode[];
  readonly providers: NetworkNode[];
  /** Providers that were ended for good. */
  readonly killed: NetworkNode[];
}

export interface NetworkNode {
  readonly name: string;
  readonly home: string;
  readonly account: PrivateKeyAccount;
  readonly process: RunningChild;
  /** Node id in the registry. */
  readonly id: number;
  readonly url: string;
  readonly region: number;
}

export interface NodePlan {
  readonly region: number;
  readonly config: ConfigInput;
  /** Token units given to the node's account before it starts. */
  readonly tokens: bigint;
}

/** Nodes that start at the same time; more would only wait for each other on a small machine. */
const WAVE = 4;

export interface StartNetworkOptions {
  readonly folder: string;
  readonly parameters: NetworkParameters;
  readonly mnemonic: string;
  readonly port?: number;
  /** The network may go on when this process ends; see Supervisor.release. */
  readonly canOutlive?: boolean | undefined;
}

export async function startNetwork(options: StartNetworkOptions): Promise<Network> {
  const { folder, parameters, mnemonic } = options;
  await mkdir(folder, { recursive: true });
  const supervisor = createSupervisor({ logFolder: join(folder, 'logs'), cacheFolder: join(folder, 'cache'), canOutlive: options.canOutlive });
  const chainProcess = await supervisor.start({ name: 'chain', args: ['chain', 'start', '--supervised', '--port', String(options.port ?? 0)] });
  const rpcUrl = String(chainProcess.ready['rpcUrl']);
  const deploymentPath = join(folder, 'deployment.json');
  const chain = await deployDevnet({ rpcUrl, parameters, deploymentPath });
  return { folder, rpcUrl, deploymentPath, chain, supervisor, mnemonic, password: randomUUID(), chainProcess, heavies: [], providers: [], killed: [] };
}

/** Creates, funds and starts further heavy nodes or providers; they register and stake by themselves. */
export async function addNodes(
  network: Network,
  role: 'heavy' | 'provider',
  plans: readonly NodePlan[],
  onStarted: (count: number) => void = () => undefined,
): Promise<NetworkNode[]> {
  const list = role === 'heavy' ? network.heavies : network.providers;
  const first = list.length;
  const homes = await Promise.all(plans.map((plan, i) => prepare(network, { role, index: first + i, config: plan.config })));
  await fund(network.chain, homes.map(({ account }, i) => ({ to: account.address, tokens: (plans[i] as NodePlan).tokens })));
  const started: NetworkNode[] = [];
  for (let at = 0; at < plans.length; at += WAVE) {
    const wave = homes.slice(at, at + WAVE).map((home, i) => startNode(network, role, { ...home, region: (plans[at + i] as NodePlan).region }));
    started.push(...(await Promise.all(wave)));
    onStarted(started.length);
  }
  list.push(...started);
  return started;
}

/** The home folder of one more participant. */
export async function prepare(network: Network, options: { role: Role; index: number; config: ConfigInput }): Promise<{ name: string; home: string; account: PrivateKeyAccount }> {
  const { role, index, config } = options;
  const name = `${role}-${String(index + 1).padStart(2, '0')}`;
  const home = join(network.folder, name);
  const full: ConfigInput = { network: { rpc: [network.rpcUrl], deployment: network.deploymentPath }, ...config };
  const account = await makeHome({ home, password: network.password, privateKey: roleKey(network.mnemonic, role, index), config: full });
  return { name, home, account };
}

/** Starts a stopped node again, from its home folder. */
export async function restartNode(network: Network, role: 'heavy' | 'provider', node: NetworkNode): Promise<NetworkNode> {
  const { name, home, account, region } = node;
  return startNode(network, role, { name, home, account, region });
}

async function startNode(
  network: Network,
  role: 'heavy' | 'provider',
  node: { name: string; home: string; account: PrivateKeyAccount; region: number },
): Promise<NetworkNode> {
  const process = await network.supervisor.start({
    name: node.name,
    args: [role, 'start', '--home', node.home, '--supervised'],
    env: { HOLDFAST_PASSWORD: network.password },
  });
  return { ...node, process, id: Number(process.ready['id']), url: String(process.ready['url']) };
}
