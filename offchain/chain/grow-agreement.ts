import type { Hex } from 'viem';
import type { SignedOffer } from '../wire/messages.ts';
import type { Terms } from '../wire/typed-data.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import { toSlotOffer } from './open-agreement.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/**
 * Adds `terms.quota` batches to an agreement, with new offers of the providers in place, in slot order. No provider's draw may be open.
 * `paid`: token units for the rest of the term.
 */
export async function growAgreement(
  chain: Chain,
  options: { agreement: number; terms: Terms; offers: readonly SignedOffer[]; maxCost: bigint },
): Promise<{ quota: number; paid: bigint; transactionHash: Hex }> {
  const { agreement, terms, offers, maxCost } = options;
  const { market } = chain.deployment;
  const receipt = await spendTokens(chain, { spender: market, amount: maxCost }, { address: market, abi: marketAbi, functionName: 'grow', args: [agreement, terms, offers.map(toSlotOffer), maxCost] });
  const { quota, paid } = eventOf(receipt, marketAbi, 'Grown');
  return { quota, paid, transactionHash: receipt.transactionHash };
}
