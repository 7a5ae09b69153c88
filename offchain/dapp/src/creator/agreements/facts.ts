/** An agreement as its owner cares about it: from the chain alone. */
import type { Address } from 'viem';
import { agreementsOf } from '../../../../chain/agreements-of.ts';
import { currentEpoch } from '../../../../chain/current-epoch.ts';
import { epochStart, periodOf, periodStart } from '../../../../chain/epoch.ts';
import { extensionCost } from '../../../../chain/extend-agreement.ts';
import { readRenewal } from '../../../../chain/pot.ts';
import type { RenewalState } from '../../../../chain/pot.ts';
import { readAgreement } from '../../../../chain/read-agreement.ts';
import type { AgreementState } from '../../../../chain/read-agreement.ts';
import type { Chain } from '../../../../chain/client.ts';
import { geometry } from '../../../../codec/geometry.ts';

export type Standing = 'safe' | 'at-risk' | 'critical' | 'lost' | 'ended' | 'closing-soon';

export interface AgreementFacts {
  readonly state: AgreementState;
  readonly renewal: RenewalState;
  readonly isRunning: boolean;
  /** Unix seconds. */
  readonly startsAt: number;
  readonly paidUntil: number;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** Bytes of one batch that files can take. */
  readonly batchBytes: number;
  /** Slots with a provider that is not faulted. */
  readonly healthy: number;
  /** Healthy slots that may still be lost. Negative: so many must come back before the data can be read. */
  readonly spare: number;
  readonly proven: number;
  /** Token units per epoch, all slots. */
  readonly rent: bigint;
  readonly costPerPeriod: bigint;
  readonly standing: Standing;
}

const AT_ONCE_MAX = 64;

/** Newest first. */
export async function readAgreementsOf(chain: Chain, creator: Address): Promise<AgreementFacts[]> {
  const ids = (await agreementsOf(chain, creator)).reverse().slice(0, AT_ONCE_MAX);
  return Promise.all(ids.map((id) => readFacts(chain, id)));
}

export async function readFacts(chain: Chain, id: number): Promise<AgreementFacts> {
  const [state, renewal, epoch] = await Promise.all([readAgreement(chain, id), readRenewal(chain, id), currentEpoch(chain)]);
  return describe(chain, { state, renewal, epoch });
}

/** Pure but for the chain's clock. */
export function describe(chain: Pick<Chain, 'clock'>, { state, renewal, epoch }: { readonly state: AgreementState; readonly renewal: RenewalState; readonly epoch: number }): AgreementFacts {
  const { clock } = chain;
  const { payloadSize } = geometry({ k: state.k, m: state.m, batchLog2: state.batchLog2 });
  const isRunning = state.endPeriod > periodOf(clock, epoch);
  const held = state.slots.filter(({ provider, faulted }) => provider !== 0 && !faulted);
  const spare = isRunning ? held.length - state.k : 0;
  const isEnding = periodStart(clock, state.endPeriod) - epoch <= clock.epochsPerPeriod && renewal.maxPerPeriod === 0n;
  return {
    state, renewal, isRunning, spare,
    startsAt: epochStart(clock, state.startEpoch),
    paidUntil: epochStart(clock, periodStart(clock, state.endPeriod)),
    totalBytes: state.quota * payloadSize,
    usedBytes: (state.batches - state.retiredBatches) * payloadSize,
    batchBytes: payloadSize,
    healthy: held.length,
    proven: state.slots.filter(({ provedThisEpoch }) => provedThisEpoch).length,
    rent: state.slots.reduce((sum, { rent }) => sum + rent, 0n),
    costPerPeriod: extensionCost(chain as Chain, state, state.endPeriod + 1),
    standing: standingOf({ isRunning, spare, m: state.m, isEnding }),
  };
}

export function standingOf({ isRunning, spare, m, isEnding }: { readonly isRunning: boolean; readonly spare: number; readonly m: number; readonly isEnding: boolean }): Standing {
  if (!isRunning) return 'ended';
  if (spare < 0) return 'lost';
  if (spare === 0 && m > 0) return 'critical';
  if (spare * 2 < m) return 'at-risk';
  return isEnding ? 'closing-soon' : 'safe';
}

export const STANDING_WORDS: Readonly<Record<Standing, { readonly text: string; readonly tone: 'good' | 'warn' | 'bad' | 'plain'; readonly says: string }>> = {
  safe: { text: 'Safe', tone: 'good', says: 'Enough providers hold it, and they prove it.' },
  'closing-soon': { text: 'Ends soon', tone: 'warn', says: 'It ends within a period. Extend it, or let it renew itself.' },
  'at-risk': { text: 'Being repaired', tone: 'warn', says: 'Several providers were lost. The heavy node looks for new ones and rebuilds their parts.' },
  critical: { text: 'No spare left', tone: 'bad', says: 'Not one more provider may be lost. Download what has no other copy until the repair is done.' },
  lost: { text: 'Not readable now', tone: 'bad', says: 'Fewer providers than needed hold it. What comes back when they do is unknown.' },
  ended: { text: 'Ended', tone: 'plain', says: 'It is over. Providers drop its data after a grace period.' },
};

/** What to think of the slots that have not proven yet. `stopped`: vacant or faulted. */
export function sayProven({ proven, stopped, of }: { readonly proven: number; readonly stopped: number; readonly of: number }): string {
  if (proven === of) return 'all of them';
  const isWaiting = proven + stopped < of;
  if (stopped === 0) return 'the others still have time';
  return `${stopped} ${stopped === 1 ? 'has' : 'have'} stopped${isWaiting ? ', the others still have time' : ''}`;
}

/** The one to store in where nobody chooses: of those that do not end soon, the one with most room. */
export function roomiest<T extends Pick<AgreementFacts, 'standing' | 'totalBytes' | 'usedBytes'>>(list: readonly T[]): T | undefined {
  const room = ({ totalBytes, usedBytes }: T): number => totalBytes - usedBytes;
  const isLate = ({ standing }: T): boolean => standing === 'closing-soon' || standing === 'lost';
  return [...list].sort((a, b) => Number(isLate(a)) - Number(isLate(b)) || room(b) - room(a))[0];
}
