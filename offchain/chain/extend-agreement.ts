import { concatHex } from 'viem';
import type { Hex, TransactionReceipt } from 'viem';
import { periodStart } from './epoch.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { AgreementState } from './read-agreement.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** One slot's consent to a longer term. */
export interface SlotConsent {
  readonly slot: number;
  readonly signature: Hex;
}

/** The signatures as the contracts take them: in slot order, 64 bytes each. */
export function packConsents(consents: readonly SlotConsent[]): Hex {
  return concatHex([...consents].sort((a, b) => a.slot - b.slot).map(({ signature }) => signature));
}

/** Token units for the periods from the agreement's end to `newEndPeriod`: vacant slots are prepaid like all others. */
export function extensionCost(chain: Chain, agreement: Pick<AgreementState, 'endPeriod' | 'slots'>, newEndPeriod: number): bigint {
  const perEpoch = agreement.slots.reduce((sum, { rent }) => sum + rent, 0n);
  const { clock } = chain;
  return perEpoch * BigInt(periodStart(clock, newEndPeriod) - periodStart(clock, agreement.endPeriod));
}

/** Extends the agreement at unchanged prices, paid by the sender, who may be anyone. `consents`: one of each occupied slot. */
export async function extendAgreement(
  chain: Chain,
  options: { agreement: number; newEndPeriod: number; consents: readonly SlotConsent[]; maxCost: bigint },
): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const { market } = chain.deployment;
  return extended(await spendTokens(chain, { spender: market, amount: options.maxCost }, request(chain, 'extend', options)));
}

/** The same out of the agreement's pot, within what its creator authorised. Anyone may send it. */
export async function renewAgreement(
  chain: Chain,
  options: { agreement: number; newEndPeriod: number; consents: readonly SlotConsent[] },
): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  return extended(await chain.send(request(chain, 'renew', options)));
}

function request(
  { deployment }: Chain,
  functionName: 'extend' | 'renew',
  options: { agreement: number; newEndPeriod: number; consents: readonly SlotConsent[] },
) {
  return { address: deployment.market, abi: marketAbi, functionName, args: [options.agreement, options.newEndPeriod, packConsents(options.consents)] } as const;
}

function extended(receipt: TransactionReceipt): { endPeriod: number; paid: bigint; transactionHash: Hex } {
  const { endPeriod, paid } = eventOf(receipt, marketAbi, 'Extended');
  return { endPeriod, paid, transactionHash: receipt.transactionHash };
}
