import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEV_MNEMONIC } from '../../chain/dev-accounts.ts';
import { DEVNET } from '../../chain/devnet-parameters.ts';
import { startDapp } from '../../dapp/server/start.ts';
import type { DappServer } from '../../dapp/server/start.ts';
import { isSiteBuilt } from '../../dapp/server/app.ts';
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
  /** Of the web pages; 0: any free one. */
  readonly dappPort: number;
  readonly dapp: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

const REGIONS = 5;
/** Of a heavy node: the index of the chain that pages ask. */
const QUERY_PATH = '/subgraphs/name/holdfast';
const CREATOR_COIN = 100n * 10n ** 18n;

/** Starts everything, prints where it is, and ends it with this process. The creator's home folder is ready for `holdfast --home`. */
export async function runDevnet(options: DevnetOptions): Promise<void> {
  const stopped = untilStopped({});
  const output = createOutput(options);
  const folder = options.folder === undefined ? await mkdtemp(join(tmpdir(), 'holdfast-devnet-')) : resolve(options.folder);
  if (options.folder === undefined) removeAtExit(folder);
  const network = await startNetwork({ folder, parameters: { ...DEVNET, epochSeconds: options.epochSeconds, healthBps: 0 }, mnemonic: runMnemonic(), port: options.port });
  let dapp: DappServer | undefined;
  try {
    await populate(network, options);
    const creator = await prepare(network, { role: 'creator', index: 0, config: {} });
    await fund(network.chain, [{ to: creator.account.address, tokens: 0n, coin: CREATOR_COIN }]);
    dapp = options.dapp && isSiteBuilt() ? await serveDapp(network, options.dappPort) : undefined;
    const facts = { ...factsOf(network, creator.home), dappUrl: dapp?.url };
    output.result(facts, () => lines(network, { creatorHome: creator.home, pages: pagesLine(options, dapp) }));
    await stopped;
  } finally {
    await dapp?.stop();
    await network.supervisor.stopAll();
  }
  process.exit(EXIT.ok);
}

function serveDapp({ rpcUrl, heavies, chain }: Network, port: number): Promise<DappServer> {
  const urls = heavies.map(({ url }) => url);
  const [first] = urls;
  return startDapp({ port, settings: { deployment: chain.deployment, rpcUrls: [rpcUrl], heavies: urls, subgraphUrl: first === undefined ? null : `${first}${QUERY_PATH}`, isDevnet: true, devMnemonic: DEV_MNEMONIC } });
}

function pagesLine(options: DevnetOptions, dapp: DappServer | undefined): string {
  if (dapp !== undefined) return dapp.url;
  return options.dapp ? 'not built; "node scripts/build-dapp.ts" does it in seconds' : 'none';
}

/** However the process ends, short of SIGKILL: a stop that takes too long is cut off without asking anybody. */
function removeAtExit(folder: string): void {
  // Children that were ended a moment ago may still be writing.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
}

async function populate(network: Network, options: DevnetOptions): Promise<void> {
  await addNodes(network, 'heavy', Array.from({ length: options.heavies }, (_, i) => heavyPlan({ region: i + 1, indexes: i === 0 })));
  const parents = network.heavies.map(({ id }) => id);
  const plans = Array.from({ length: options.providers }, (_, i) => providerPlan({ region: (Math.floor(i / parents.length) % REGIONS) + 1, parent: parents[i % parents.length] ?? 0 }));
  await addNodes(network, 'provider', plans);
}

function factsOf(network: Network, creatorHome: string) {
  const node = ({ id, url, home, region, account }: Network['heavies'][number]) => ({ id, url, home, region, operator: account.address });
  const { rpcUrl, deploymentPath, password, chain } = network;
  return { rpcUrl, deploymentPath, deployment: chain.deployment, password, creatorHome, heavies: network.heavies.map(node), providers: network.providers.map(node) };
}

function lines(network: Network, { creatorHome, pages }: { creatorHome: string; pages: string }): string[] {
  const rows = [...network.heavies, ...network.providers].map(({ name, id, region, url }) => [name, String(id), String(region), url]);
  return [
    `Chain       ${network.rpcUrl}`,
    `Contracts   ${network.deploymentPath}`,
    `Web pages   ${pages}`,
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
