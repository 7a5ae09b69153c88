import { startLocalChain } from '../../offchain/chain/local-chain.ts';

/** A real EVM in a process of its own, for one test file. Call `stop()` in afterAll. */
export async function startChain(): Promise<{ rpcUrl: string; pid: number; stop(): Promise<void> }> {
  return startLocalChain();
}
