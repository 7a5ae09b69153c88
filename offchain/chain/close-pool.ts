import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { channelsAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The sponsor begins to close a pool: what was served can be redeemed until `closesAt` (Unix seconds). */
export async function startClosingPool(chain: Chain, options: { pool: bigint }): Promise<{ closesAt: number }> {
  const receipt = await chain.send({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'startClosingPool', args: [options.pool] });
  return { closesAt: Number(eventOf(receipt, channelsAbi, 'PoolClosing').closesAt) };
}

/** Pays the rest of a pool to its sponsor, from `closesAt` on. Anyone may send it. `refund`: token units. */
export async function closePool(chain: Chain, options: { pool: bigint }): Promise<{ refund: bigint }> {
  const receipt = await chain.send({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'closePool', args: [options.pool] });
  return { refund: eventOf(receipt, channelsAbi, 'PoolClosed').refund };
}
