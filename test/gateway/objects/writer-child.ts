// usage: node writer-child.ts <JSON: {rpcUrl, deployment, account, home, run, durability}>   (writes objects until it is killed, one line of JSON for each that was answered)
import { createHash, randomBytes } from 'node:crypto';
import { createChain } from '../../../offchain/chain/client.ts';
import { parseDeployment } from '../../../offchain/chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../../offchain/chain/dev-accounts.ts';
import { createClient } from '../../../offchain/client/client.ts';
import { openTestObjects, put } from './store-world.ts';

const { rpcUrl, deployment, account, home, run, durability } = JSON.parse(process.argv[2] ?? '') as { rpcUrl: string; deployment: unknown; account: number; home: string; run: number; durability: 'network' | 'spool' };
const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(deployment), account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
const client = await createClient({ chain, home });
// Commits run all the time, so that the end comes in the middle of one.
const store = await openTestObjects(client, { flushMs: 1, durability });
if ((await store.listBuckets()).length === 0) await store.createBucket('b');
const write = async (key: string): Promise<void> => {
  const bytes = randomBytes(50_000);
  const { etag } = await put(store, 'b', key, bytes);
  if (etag !== createHash('md5').update(bytes).digest('hex')) throw new Error('another ETag');
  process.stdout.write(`${JSON.stringify({ key, etag })}\n`);
};
for (let i = 0; ; i++) await Promise.all([0, 1, 2].map((lane) => write(`${run} ${i} ${lane}`)));
