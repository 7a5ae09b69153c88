import { slice } from 'viem';
import type { Hex, TransactionReceipt } from 'viem';
import type { SignedOffer } from '../wire/messages.ts';
import type { Terms } from '../wire/typed-data.ts';
import { periodStart } from './epoch.ts';
import type { Clock } from './epoch.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
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
 * Opens an agreement with n signed offers: slot i goes to the provider of offer i. The whole term is paid at once, out of
 * the allowance or of `permit` (see sign-permit.ts, over `maxCost`).
 */
export async function openAgreement(
  chain: Chain,
  options: { terms: Terms; offers: readonly SignedOffer[]; maxCost: bigint; permit?: Hex },
): Promise<{ id: number; paid: bigint; transactionHash: Hex }> {
  return opened(await chain.send(openRequest(chain, options)));
}

/** The transaction; see open-paid.ts for the ways to pay. */
export function openRequest({ deployment }: Chain, options: { terms: Terms; offers: readonly SignedOffer[]; maxCost: bigint; permit?: Hex }) {
  return {
    address: deployment.market,
    abi: marketAbi,
    functionName: 'open',
    args: [options.terms, options.offers.map(toSlotOffer), options.maxCost, options.permit ?? '0x'],
  } as const;
}

export function opened(receipt: TransactionReceipt): { id: number; paid: bigint; transactionHash: Hex } {
  const { id, paid } = eventOf(receipt, marketAbi, 'Opened');
  return { id, paid, transactionHash: receipt.transactionHash };
}
