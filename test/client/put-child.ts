// usage: node put-child.ts <JSON: {rpcUrl, deployment, account, home, path, name}>   (prints one line of JSON per progress event; made to be killed)
import { createChain } from '../../offchain/chain/client.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { createClient } from '../../offchain/client/client.ts';
import { put } from '../../offchain/client/put.ts';

const { rpcUrl, deployment, account, home, path, name } = JSON.parse(process.argv[2] ?? '') as {
  rpcUrl: string; deployment: unknown; account: number; home: string; path: string; name: string;
};
const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
const client = await createClient({ chain, home, policy: { sendWindowBatches: 1 } });
await put(client, { paths: [path], name, onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`) });
await client.close();
