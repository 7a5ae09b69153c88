import type { Chain } from './types.ts';

/** The same chain as the block `blockNumber` left it: every reading function works on it. */
export function asOf(chain: Chain, blockNumber: bigint): Chain {
  return { ...chain, read: (request) => chain.read({ ...request, blockNumber }) };
}

/** As it was `confirmations` blocks ago: what stands there, and still stands now, no expected reorganisation takes back. */
export async function asOfFinal(chain: Chain): Promise<Chain> {
  if (chain.confirmations === 0) return chain;
  const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const block = head - BigInt(chain.confirmations);
  const { fromBlock } = chain.deployment;
  return asOf(chain, block > fromBlock ? block : fromBlock);
}
