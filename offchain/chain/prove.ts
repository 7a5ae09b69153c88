import type { Hex } from 'viem';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/**
 * Proves the current epoch for everything that `provider` is paid for. Anyone may send it.
 * @param options.proof as Market.prove describes it
 */
export async function prove(
  chain: Chain,
  options: { provider: number; proof: Hex; feeBoostPercent?: number },
): Promise<{ epoch: number; transactionHash: Hex; gasUsed: bigint }> {
  const receipt = await chain.send({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'prove',
    args: [options.provider, options.proof],
    ...(options.feeBoostPercent === undefined ? {} : { feeBoostPercent: options.feeBoostPercent }),
  });
  return { epoch: eventOf(receipt, marketAbi, 'Proved').epoch, transactionHash: receipt.transactionHash, gasUsed: receipt.gasUsed };
}
