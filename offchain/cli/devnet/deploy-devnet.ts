import { writeFile } from 'node:fs/promises';
import { createPublicClient, createWalletClient, defineChain, http } from 'viem';
import { createChain } from '../../chain/client.ts';
import type { Chain } from '../../chain/client.ts';
import { deployHoldfast } from '../../chain/deploy.ts';
import { formatDeployment } from '../../chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../chain/dev-accounts.ts';
import { DEVNET_SALE_RATE, DEVNET_SUPPLY } from '../../chain/devnet-parameters.ts';
import type { NetworkParameters } from '../../chain/devnet-parameters.ts';

const POLL_MS = 50;

/** Deploys everything with the devnet's first account and writes the deployment file. Returns the chain with that account. */
export async function deployDevnet(options: { rpcUrl: string; parameters: NetworkParameters; deploymentPath: string }): Promise<Chain> {
  const { rpcUrl, parameters, deploymentPath } = options;
  const account = devAccount(0, DEV_CHAIN_ID);
  const chain = defineChain({ id: DEV_CHAIN_ID, name: 'devnet', nativeCurrency: { name: 'Coin', symbol: 'COIN', decimals: 18 }, rpcUrls: { default: { http: [rpcUrl] } } });
  const transport = http(rpcUrl);
  const deployment = await deployHoldfast({
    publicClient: createPublicClient({ chain, transport, pollingInterval: POLL_MS }),
    walletClient: createWalletClient({ account, chain, transport, pollingInterval: POLL_MS }),
    clock: parameters,
    stakeEpochs: parameters.stakeEpochs,
    withdrawalEpochs: parameters.withdrawalEpochs,
    parameters,
    saleRate: DEVNET_SALE_RATE,
    supply: DEVNET_SUPPLY,
  });
  await writeFile(deploymentPath, formatDeployment(deployment));
  return createChain({ rpcUrls: [rpcUrl], deployment, account, pollMs: POLL_MS });
}
