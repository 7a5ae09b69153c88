import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { channelsAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The payer begins to close a channel: vouchers stay good until `closesAt` (Unix seconds). Asking again does not move it. */
export async function startClosingChannel(chain: Chain, options: { channel: bigint }): Promise<{ closesAt: number }> {
  const receipt = await chain.send({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'startClosing', args: [options.channel] });
  return { closesAt: Number(eventOf(receipt, channelsAbi, 'Closing').closesAt) };
}

/** Pays the rest of the deposit back to the payer, from `closesAt` on. Anyone may send it. `refund`: token units. */
export async function closeChannel(chain: Chain, options: { channel: bigint }): Promise<{ refund: bigint }> {
  const receipt = await chain.send({ address: contractOf(chain, 'channels'), abi: channelsAbi, functionName: 'close', args: [options.channel] });
  return { refund: eventOf(receipt, channelsAbi, 'Closed').refund };
}
