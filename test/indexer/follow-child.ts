/** A process that indexes until it is killed: node follow-child.ts RPC DEPLOYMENT-FILE HOME MANIFEST. Says each block that it has. */
import { readFile } from 'node:fs/promises';
import { createChain } from '../../offchain/chain/client.ts';
import { parseDeployment } from '../../offchain/chain/deployment.ts';
import { openIndexer } from '../../offchain/indexer/indexer.ts';
import { createLogger } from '../../offchain/store/log.ts';

const [rpcUrl, deploymentPath, home, manifest] = process.argv.slice(2) as [string, string, string, string];
const chain = await createChain({ rpcUrls: [rpcUrl], deployment: parseDeployment(await readFile(deploymentPath, 'utf8')) });
const indexer = await openIndexer({ chain, home, settings: { manifest, rangeBlocks: 2 }, log: createLogger({ name: 'child', write: () => undefined }) });
// The whole way takes one step; what is said in between tells the parent when to strike.
const timer = setInterval(() => process.stdout.write(`${indexer.report().head?.number ?? 0}\n`), 5);
await indexer.tick();
clearInterval(timer);
process.stdout.write('done\n');
await indexer.close();
process.exit(0);
