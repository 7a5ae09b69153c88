import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setLocalClock } from '../../chain/local-clock.ts';

export interface ChainServer {
  readonly rpcUrl: string;
  close(): Promise<void>;
}

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Blocks without transactions keep the chain's time close to the clock's. */
const BLOCK_INTERVAL_MS = 250;

/** A chain in this process: the network `node` of hardhat.config.ts, served over HTTP. It forgets everything at its end. */
export async function startChainServer(options: { port: number }): Promise<ChainServer> {
  process.chdir(ROOT);
  const { network } = await import('hardhat');
  const server = await network.createServer(
    {
      network: 'node',
      // Each transaction is a block. Without the first setting each would also take a second of the chain's time, which then runs ahead.
      override: { allowBlocksWithSameTimestamp: true, mining: { auto: true, interval: BLOCK_INTERVAL_MS } },
    },
    '127.0.0.1',
    options.port,
  );
  const { port } = await server.listen();
  const rpcUrl = `http://127.0.0.1:${port}`;
  await setLocalClock(rpcUrl);
  return { rpcUrl, close: () => server.close() };
}
