/** What `holdfast devnet` starts, with handles on its nodes: every node a process of its own, and the built pages served beside them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEV_MNEMONIC } from '../../../offchain/chain/dev-accounts.ts';
import { DEVNET } from '../../../offchain/chain/devnet-parameters.ts';
import { runMnemonic } from '../../../offchain/cli/devnet/accounts.ts';
import { type Network, addNodes, startNetwork } from '../../../offchain/cli/devnet/network.ts';
import { heavyPlan, providerPlan } from '../../../offchain/cli/devnet/plans.ts';
import { startDapp } from '../../../offchain/dapp/server/start.ts';
import { buildDapp } from '../../../scripts/build-dapp.ts';
import { paced } from '../pace.ts';

export interface DappNetwork {
  readonly network: Network;
  readonly url: string;
  stop(): Promise<void>;
}

const EPOCH_SECONDS = 6;

export async function startDappNetwork({ providers }: { readonly providers: number }): Promise<DappNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-dapp-'));
  await buildDapp();
  const network = await startNetwork({ folder, parameters: { ...DEVNET, epochSeconds: paced(EPOCH_SECONDS), healthBps: 0 }, mnemonic: runMnemonic() });
  const end = async (): Promise<void> => {
    await network.supervisor.stopAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [heavy] = await addNodes(network, 'heavy', [heavyPlan({ region: 1, indexes: true })]);
    if (heavy === undefined) throw new Error('no heavy node');
    await addNodes(network, 'provider', Array.from({ length: providers }, (_, i) => providerPlan({ region: (i % 4) + 1, parent: heavy.id })));
    const { rpcUrl, chain } = network;
    const dapp = await startDapp({ port: 0, settings: { deployment: chain.deployment, rpcUrls: [rpcUrl], heavies: [heavy.url], subgraphUrl: `${heavy.url}/subgraphs/name/holdfast`, isDevnet: true, devMnemonic: DEV_MNEMONIC } });
    return {
      network,
      url: dapp.url,
      async stop() {
        await dapp.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
