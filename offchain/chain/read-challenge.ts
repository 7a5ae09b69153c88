import { zeroAddress } from 'viem';
import type { Address } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** An open challenge of one leaf. `batch` counts inside the bundle; answers are due before `deadlineEpoch` begins. */
export interface ChallengeState {
  readonly challenge: bigint;
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
  readonly bundle: number;
  readonly batch: number;
  readonly leaf: number;
  readonly deadlineEpoch: number;
  readonly challenger: Address;
  /** Token units. */
  readonly bond: bigint;
}

/** Undefined when there is no such challenge, or none any more: answered or ended. */
export async function readChallenge(chain: Chain, challenge: bigint): Promise<ChallengeState | undefined> {
  const { agreement, slot, provider, bundle, batch, leaf, deadlineEpoch, challenger, bond } = await chain.read({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'challengeOf',
    args: [challenge],
  });
  if (challenger === zeroAddress) return undefined;
  return { challenge, agreement, slot, provider, bundle, batch, leaf, deadlineEpoch, challenger, bond };
}
