/** What `holdfast devnet` starts, with handles on its nodes: every node a process of its own, and the built pages served by a gateway. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatePrivateKey } from 'viem/accounts';
import { DEVNET } from '../../../offchain/chain/devnet-parameters.ts';
import { runMnemonic } from '../../../offchain/cli/devnet/accounts.ts';
import { type Network, addNodes, startNetwork } from '../../../offchain/cli/devnet/network.ts';
import { makeHome } from '../../../offchain/cli/devnet/node-home.ts';
import { heavyPlan, providerPlan } from '../../../offchain/cli/devnet/plans.ts';
import { buildDapp } from '../../../scripts/build-dapp.ts';
import { paced } from '../pace.ts';

export interface DappNetwork {
  readonly network: Network;
  readonly url: string;
  stop(): Promise<void>;
}

const EPOCH_SECONDS = 6;

/** `healthBps`: below which proven share the network only repairs; by default never. */
export async function startDappNetwork({ providers, healthBps = 0 }: { readonly providers: number; readonly healthBps?: number }): Promise<DappNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-dapp-'));
  await buildDapp();
  const network = await startNetwork({ folder, parameters: { ...DEVNET, epochSeconds: paced(EPOCH_SECONDS), healthBps }, mnemonic: runMnemonic() });
  const end = async (): Promise<void> => {
    await network.supervisor.stopAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [heavy] = await addNodes(network, 'heavy', [heavyPlan({ region: 1, indexes: true })]);
    if (heavy === undefined) throw new Error('no heavy node');
    await addNodes(network, 'provider', Array.from({ length: providers }, (_, i) => providerPlan({ region: (i % 4) + 1, parent: heavy.id })));
    return { network, url: await servePages(network, heavy.url), stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** `holdfast gateway --dapp`, with a wallet of its own that holds nothing. */
async function servePages(network: Network, heavyUrl: string): Promise<string> {
  const { folder, rpcUrl, deploymentPath, supervisor, password } = network;
  const home = join(folder, 'gateway');
  await makeHome({ home, password, privateKey: generatePrivateKey(), config: { network: { rpc: [rpcUrl], deployment: deploymentPath, heavies: [heavyUrl] } } });
  const { ready } = await supervisor.start({ name: 'gateway', args: ['gateway', 'start', '--dapp', '127.0.0.1:0', '--home', home, '--supervised'], env: { HOLDFAST_PASSWORD: password } });
  return String(ready['dapp']);
}
