import { concatHex } from 'viem';
import type { Hex } from 'viem';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** One slot's signed receipt. */
export interface SlotReceipt {
  readonly slot: number;
  readonly signature: Hex;
}

/** Bit i for slot i. */
export function slotBits(slots: readonly number[]): bigint {
  return slots.reduce((bits, slot) => bits | (1n << BigInt(slot)), 0n);
}

/** Commits an upload: one root for all its batches, and a receipt of each slot that holds its fragments. */
export async function commitBundle(
  chain: Chain,
  options: { agreement: number; root: Hex; batches: number; receipts: readonly SlotReceipt[] },
): Promise<{ bundle: number; first: number; transactionHash: Hex }> {
  const receipts = [...options.receipts].sort((a, b) => a.slot - b.slot);
  const receipt = await chain.send({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'commit',
    args: [options.agreement, options.root, options.batches, slotBits(receipts.map((one) => one.slot)), concatHex(receipts.map((one) => one.signature))],
  });
  const { bundle, first } = eventOf(receipt, marketAbi, 'Committed');
  return { bundle, first, transactionHash: receipt.transactionHash };
}
