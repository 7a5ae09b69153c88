import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The founder takes back what an ended agreement left over: token units, and shares of the vault. */
export async function reclaimFund(chain: Chain, options: { fund: number }): Promise<{ tokens: bigint; shares: bigint }> {
  const receipt = await chain.send({ address: contractOf(chain, 'endowment'), abi: endowmentAbi, functionName: 'reclaim', args: [BigInt(options.fund)] });
  const { tokens, shares } = eventOf(receipt, endowmentAbi, 'Reclaimed');
  return { tokens, shares };
}

/** The founder takes everything out of the vault, into the fund, for good. `received`: token units that arrived. */
export async function recallFund(chain: Chain, options: { fund: number }): Promise<{ received: bigint }> {
  const receipt = await chain.send({ address: contractOf(chain, 'endowment'), abi: endowmentAbi, functionName: 'recall', args: [BigInt(options.fund)] });
  return { received: eventOf(receipt, endowmentAbi, 'Drawn').amount };
}
