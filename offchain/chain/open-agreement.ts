import { slice } from 'viem';
import type { Hex } from 'viem';
import type { SignedOffer } from '../wire/messages.ts';
import type { Terms } from '../wire/typed-data.ts';
import { periodStart } from './epoch.ts';
import type { Clock } from './epoch.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** Token units for the whole term when it opens in `epoch`: the sum of the rents times the epochs left. */
export function costOf(clock: Clock, options: { terms: Pick<Terms, 'quota' | 'endPeriod'>; offers: readonly Pick<SignedOffer, 'price'>[]; epoch: number }): bigint {
  const perEpoch = options.offers.reduce((sum, offer) => sum + offer.price * BigInt(options.terms.quota), 0n);
  return perEpoch * BigInt(periodStart(clock, options.terms.endPeriod) - options.epoch);
}

/** An offer as the contract takes it. */
export function toSlotOffer({ provider, price, expiry, signature }: SignedOffer) {
  return { provider, price, expiry: BigInt(expiry), r: slice(signature, 0, 32), vs: slice(signature, 32, 64) };
}

/**
 * Opens an agreement with n signed offers: slot i goes to the provider of offer i. The whole term is paid at once, at most `maxCost` token units, in the way of spend-tokens.ts.
 * @param options.signal until the transaction is sent
 */
export async function openAgreement(
  chain: Chain,
  options: { terms: Terms; offers: readonly SignedOffer[]; maxCost: bigint; signal?: AbortSignal | undefined },
): Promise<{ id: number; paid: bigint; transactionHash: Hex }> {
  const { terms, offers, maxCost, signal } = options;
  const { market } = chain.deployment;
  const receipt = await spendTokens(chain, { spender: market, amount: maxCost, signal }, { address: market, abi: marketAbi, functionName: 'open', args: [terms, offers.map(toSlotOffer), maxCost] });
  const { id, paid } = eventOf(receipt, marketAbi, 'Opened');
  return { id, paid, transactionHash: receipt.transactionHash };
}
