import type { Hex } from 'viem';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Shows the challenged leaf: leaf, then siblings up to the bundle root. The provider gets the bond. Anyone may send it. */
export async function answerChallenge(
  chain: Chain,
  options: { challenge: bigint; proof: Hex; feeBoostPercent?: number },
): Promise<{ bond: bigint; transactionHash: Hex }> {
  const { challenge, proof, feeBoostPercent } = options;
  const receipt = await chain.send({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'answer',
    args: [challenge, proof],
    ...(feeBoostPercent === undefined ? {} : { feeBoostPercent }),
  });
  return { bond: eventOf(receipt, marketAbi, 'Answered').bond, transactionHash: receipt.transactionHash };
}
