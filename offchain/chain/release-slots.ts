import { parseEventLogs } from 'viem';
import { slotBits } from './commit-bundle.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Takes ended slots off their providers' draws; the creator is refunded the epochs that were missed. Anyone may send it. */
export async function releaseSlots(chain: Chain, options: { agreement: number; slots: readonly number[] }): Promise<{ refund: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'release', args: [options.agreement, slotBits(options.slots)] });
  const released = parseEventLogs({ abi: marketAbi, eventName: 'SlotReleased', logs: receipt.logs });
  return { refund: released.reduce((sum, log) => sum + log.args.refund, 0n) };
}
