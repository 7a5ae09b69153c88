import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** How much of all promised rent was proven lately. `isRepairOnly`: new agreements and uploads are refused until proofs bring it back. */
export interface NetworkHealth {
  /** Hundredths of a percent. */
  readonly provenBps: number;
  readonly isRepairOnly: boolean;
}

export async function networkHealth(chain: Chain): Promise<NetworkHealth> {
  const [provenBps, isRepairOnly] = await chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'networkHealth' });
  return { provenBps: Number(provenBps), isRepairOnly };
}
