import type { Hex } from 'viem';
import type { Succession } from '../wire/typed-data.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/**
 * Puts a successor, who already holds the slot's fragments, into a vacant slot or in the place of a provider that is faulted, under notice,
 * or the sender itself. The sender earns `bounty`. `from`: 0 when the slot was vacant.
 */
export async function replaceSlot(
  chain: Chain,
  options: { succession: Succession; signature: Hex },
): Promise<{ from: number; slashed: bigint; bounty: bigint; transactionHash: Hex }> {
  const succession = { ...options.succession, expiry: BigInt(options.succession.expiry) };
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'replace', args: [succession, options.signature] });
  const { from, slashed, bounty } = eventOf(receipt, marketAbi, 'Replaced');
  return { from, slashed, bounty, transactionHash: receipt.transactionHash };
}
