import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** A slot that lost its provider. All amounts are token units. */
export interface Vacancy {
  /** Per epoch; no successor gets more. */
  readonly rent: bigint;
  readonly sinceEpoch: number;
  /** What was slashed for whoever brings a successor, and for the successor. */
  readonly reward: bigint;
  /** Who lost the slot; it cannot fill it again. */
  readonly from: number;
}

/** Undefined when the slot is not vacant. */
export async function readVacancy(chain: Chain, at: { agreement: number; slot: number }): Promise<Vacancy | undefined> {
  const { rent, sinceEpoch, reward, from } = await chain.read({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'vacancyOf',
    args: [at.agreement, BigInt(at.slot)],
  });
  return rent === 0n ? undefined : { rent, sinceEpoch, reward, from };
}
