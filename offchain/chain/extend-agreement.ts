import { concatHex } from 'viem';
import type { Hex } from 'viem';
import { approveTokens } from './approve-tokens.ts';
import { periodStart } from './epoch.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { AgreementState } from './read-agreement.ts';
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
  await approveTokens(chain, { spender: market, amount: options.maxCost });
  return send(chain, 'extend', options);
}

/** The same out of the agreement's pot, within what its creator authorised. Anyone may send it. */
export async function renewAgreement(
  chain: Chain,
  options: { agreement: number; newEndPeriod: number; consents: readonly SlotConsent[] },
): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  return send(chain, 'renew', options);
}

async function send(
  chain: Chain,
  functionName: 'extend' | 'renew',
  options: { agreement: number; newEndPeriod: number; consents: readonly SlotConsent[] },
): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const receipt = await chain.send({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName,
    args: [options.agreement, options.newEndPeriod, packConsents(options.consents)],
  });
  const { endPeriod, paid } = eventOf(receipt, marketAbi, 'Extended');
  return { endPeriod, paid, transactionHash: receipt.transactionHash };
}
