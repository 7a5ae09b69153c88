// usage: node put-child.ts <JSON: {rpcUrl, deployment, account, home, path, name, killAt?}>   (prints one line of JSON per progress event; made to be killed,
// or, with killAt, to end itself at that operation; the last line is {operations} or {error})
import { createChain } from '../../offchain/chain/client.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { createClient } from '../../offchain/client/client.ts';
import { put } from '../../offchain/client/put.ts';
import { HoldfastError } from '../../offchain/wire/errors.ts';
import { killAt } from './kill-points.ts';

const plan = JSON.parse(process.argv[2] ?? '') as {
  rpcUrl: string; deployment: unknown; account: number; home: string; path: string; name: string; killAt?: number;
};
const { rpcUrl, deployment, account, home, path, name } = plan;
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
const operations = plan.killAt === undefined ? undefined : killAt(plan.killAt);
try {
  const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
  const client = await createClient({ chain, home, policy: { sendWindowBatches: 1 } });
  await put(client, { paths: [path], name, onProgress: say });
  await client.close();
  if (operations !== undefined) say({ operations: operations.count() });
} catch (error) {
  say({ error: error instanceof HoldfastError ? error.code : String(error) });
  process.exitCode = 1;
}
