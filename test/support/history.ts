import { createPublicClient, http } from 'viem';
import type { Hex } from 'viem';

export interface History {
  /** Remembers the chain as it is now. */
  mark(): Promise<Hex>;
  /** Goes back to the mark and mines another, longer history from there: a reorganisation, as nodes that follow the chain see it. */
  rewrite(mark: Hex, act?: () => Promise<unknown>): Promise<void>;
  mine(blocks: number): Promise<void>;
}

/** The chain's blocks from now on come from transactions and `mine` alone. */
export async function takeHistory(rpcUrl: string): Promise<History> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const request = <T>(method: string, params: unknown[]): Promise<T> => client.request({ method, params } as never) as Promise<T>;
  await request('evm_setIntervalMining', [0]);
  const height = () => client.getBlockNumber({ cacheTime: 0 });
  const mine = async (blocks: number): Promise<void> => {
    for (let i = 0; i < blocks; i++) await request('evm_mine', []);
  };
  return {
    mark: () => request<Hex>('evm_snapshot', []),
    mine,
    async rewrite(mark, act) {
      const before = await height();
      await request('evm_revert', [mark]);
      // Another time makes another block, and so another history.
      await request('evm_increaseTime', [3]);
      await mine(1);
      await act?.();
      const now = await height();
      if (now <= before) await mine(Number(before - now) + 1);
    },
  };
}
