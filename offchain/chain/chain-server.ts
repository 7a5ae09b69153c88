import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { setLocalClock } from './local-clock.ts';
import { LOCAL_NETWORK } from './local-network.ts';

export interface ChainServer {
  readonly rpcUrl: string;
  close(): Promise<void>;
}

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Hardhat loads whatever is compiled there, for its stack traces: two seconds of a core and 200 MB for this project. Here nothing ever is. */
const NO_ARTIFACTS = 'cache/no-artifacts';

/**
 * A chain in this process, served over HTTP to this machine only; it forgets everything at its end. What `hardhat node` does without a log of every call.
 * Each transaction is a block, and blocks without any come at the interval. `port` 0: any that is free.
 */
export async function startChainServer({ port, blockIntervalMs = LOCAL_NETWORK.mining.interval }: { readonly port: number; readonly blockIntervalMs?: number }): Promise<ChainServer> {
  const local = { ...LOCAL_NETWORK, mining: { auto: true, interval: blockIntervalMs } };
  const { network } = await createHardhatRuntimeEnvironment({ networks: { local }, paths: { artifacts: NO_ARTIFACTS } }, {}, ROOT);
  const server = await network.createServer('local', '127.0.0.1', port);
  const { port: taken } = await server.listen();
  const rpcUrl = `http://127.0.0.1:${taken}`;
  await setLocalClock(rpcUrl);
  return { rpcUrl, close: () => server.close() };
}
