/**
 * A chain of this machine in a process of its own: what `hardhat node` is without the command line, the compiler's output for stack traces (which
 * each start reads) and a log of every call. Started by `local-chain.ts`: node local-chain-server.ts PORT
 * Ends with its standard input, so with whoever started it, however that one ends.
 */
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { LOCAL_NETWORK } from './local-network.ts';

process.stdin.on('end', () => process.exit()).resume();
const hardhat = await createHardhatRuntimeEnvironment({
  networks: { local: LOCAL_NETWORK },
  // Not the project's: whatever is compiled there would be loaded.
  paths: { artifacts: 'cache/no-artifacts' },
});
const server = await hardhat.network.createServer('local', '127.0.0.1', Number(process.argv[2]));
await server.listen();
