import { getAbiItem } from 'viem';
import { marketAbi } from '../../../chain/generated/abi.ts';
import type { Chain } from '../../../chain/types.ts';
import { RECENT_BLOCKS } from '../explorer/read-events.ts';

export const PROVED = getAbiItem({ abi: marketAbi, name: 'Proved' });

/** The block from which on a page looks that has no index. */
export async function blocksBack(chain: Chain): Promise<bigint> {
  const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const { fromBlock } = chain.deployment;
  return head - RECENT_BLOCKS > fromBlock ? head - RECENT_BLOCKS : fromBlock;
}
