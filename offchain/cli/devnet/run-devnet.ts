import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEVNET } from '../../chain/devnet-parameters.ts';
import { EXIT } from '../exit-codes.ts';
import { createOutput, table } from '../output.ts';
import { untilStopped } from '../supervision.ts';
import { runMnemonic } from './accounts.ts';
import { fund } from './fund.ts';
import { addNodes, prepare, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { heavyPlan, providerPlan } from './plans.ts';

export interface DevnetOptions {
  readonly heavies: number;
  readonly providers: number;
  readonly epochSeconds: number;
  readonly port: number;
  readonly folder?: string;
  readonly json?: boolean;
}

const REGIONS = 5;
const CREATOR_COIN = 100n * 10n ** 18n;

/** Starts everything, prints where it is, and ends it with this process. The creator's home folder is ready for `holdfast --home`. */
export async function runDevnet(options: DevnetOptions): Promise<void> {
  const stopped = untilStopped({});
  const output = createOutput(options);
  const folder = options.folder === undefined ? await mkdtemp(join(tmpdir(), 'holdfast-devnet-')) : resolve(options.folder);
  if (options.folder === undefined) removeAtExit(folder);
  const network = await startNetwork({ folder, parameters: { ...DEVNET, epochSeconds: options.epochSeconds, healthBps: 0 }, mnemonic: runMnemonic(), port: options.port });
  try {
    await populate(network, options);
    const creator = await prepare(network, { role: 'creator', index: 0, config: {} });
    await fund(network.chain, [{ to: creator.account.address, tokens: 0n, coin: CREATOR_COIN }]);
    const facts = factsOf(network, creator.home);
    output.result(facts, () => lines(network, creator.home));
    await stopped;
  } finally {
    await network.supervisor.stopAll();
  }
  process.exit(EXIT.ok);
}

/** However the process ends, short of SIGKILL: a stop that takes too long is cut off without asking anybody. */
function removeAtExit(folder: string): void {
  // Children that were ended a moment ago may still be writing.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
}

async function populate(network: Network, options: DevnetOptions): Promise<void> {
  await addNodes(network, 'heavy', Array.from({ length: options.heavies }, (_, i) => heavyPlan({ region: i + 1 })));
  const parents = network.heavies.map(({ id }) => id);
  const plans = Array.from({ length: options.providers }, (_, i) => providerPlan({ region: (Math.floor(i / parents.length) % REGIONS) + 1, parent: parents[i % parents.length] ?? 0 }));
  await addNodes(network, 'provider', plans);
}

function factsOf(network: Network, creatorHome: string) {
  const node = ({ id, url, home, region, account }: Network['heavies'][number]) => ({ id, url, home, region, operator: account.address });
  const { rpcUrl, deploymentPath, password, chain } = network;
  return { rpcUrl, deploymentPath, deployment: chain.deployment, password, creatorHome, heavies: network.heavies.map(node), providers: network.providers.map(node) };
}

function lines(network: Network, creatorHome: string): string[] {
  const rows = [...network.heavies, ...network.providers].map(({ name, id, region, url }) => [name, String(id), String(region), url]);
  return [
    `Chain       ${network.rpcUrl}`,
    `Contracts   ${network.deploymentPath}`,
    `Logs        ${join(network.folder, 'logs')}`,
    '',
    ...table([['node', 'id', 'region', 'address'], ...rows], { right: [1, 2] }),
    '',
    'A creator with coin is ready:',
    `  export HOLDFAST_PASSWORD=${network.password}`,
    `  holdfast tokens --home ${creatorHome} --buy 1`,
    `  holdfast rent --home ${creatorHome} --scheme 2+2 --space 64MiB --batch 1MiB`,
    'Ctrl-C ends everything.',
  ];
}
