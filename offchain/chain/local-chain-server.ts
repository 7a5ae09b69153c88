/** Started by `local-chain.ts`: node local-chain-server.ts PORT. Prints its address, and ends with its standard input: with whoever started it, however that one ends. */
import { startChainServer } from './chain-server.ts';

process.stdin.on('end', () => process.exit()).resume();
const { rpcUrl } = await startChainServer({ port: Number(process.argv[2]) });
process.stdout.write(`${rpcUrl}\n`);
