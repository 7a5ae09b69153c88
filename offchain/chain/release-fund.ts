import type { Hex } from 'viem';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { packConsents } from './extend-agreement.ts';
import type { SlotConsent } from './extend-agreement.ts';
import { endowmentAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Extends the fund's agreement by one period out of the fund. Anyone may send it. `consents`: one of each occupied slot, for one period more. */
export async function releaseFund(chain: Chain, options: { fund: number; consents: readonly SlotConsent[] }): Promise<{ endPeriod: number; paid: bigint; transactionHash: Hex }> {
  const receipt = await chain.send({
    address: contractOf(chain, 'endowment'),
    abi: endowmentAbi,
    functionName: 'release',
    args: [BigInt(options.fund), packConsents(options.consents)],
  });
  const { endPeriod, amount } = eventOf(receipt, endowmentAbi, 'Released');
  return { endPeriod, paid: amount, transactionHash: receipt.transactionHash };
}
