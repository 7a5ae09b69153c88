/** What leaving means, step by step and with its times: pure. Amounts are token units. */
import { epochStart, periodStart } from '../../../chain/epoch.ts';
import type { Clock } from '../../../chain/epoch.ts';
import type { SlotRow } from './slots.ts';
import type { ProviderStanding } from './standing.ts';

export interface ExitStep {
  readonly id: 'announce' | 'slots' | 'queue' | 'take' | 'off';
  readonly isDone: boolean;
  readonly title: string;
  readonly text: string;
  /** Unix seconds from which on it can be done, or by which it is done by itself. */
  readonly atSeconds?: number;
}

export function exitSteps(options: { readonly standing: Pick<ProviderStanding, 'stake' | 'locked' | 'queued' | 'free' | 'readyEpoch'>; readonly slots: readonly Pick<SlotRow, 'endPeriod' | 'openChallenges'>[]; readonly clock: Clock; readonly epoch: number }): ExitStep[] {
  const { standing: { stake, locked, queued, free, readyEpoch }, slots, clock, epoch } = options;
  const lastEnd = Math.max(0, ...slots.map(({ endPeriod }) => endPeriod));
  const challenged = slots.filter(({ openChallenges }) => openChallenges > 0).length;
  const isReady = queued > 0n && epoch >= readyEpoch;
  return [
    { id: 'announce', isDone: slots.length === 0, title: 'Tell the node to leave', text: 'Run “holdfast provider exit” on its machine and keep it running: it takes on nothing new and offers its slots to other providers, right behind each proof.' },
    {
      id: 'slots', isDone: slots.length === 0,
      title: slots.length === 0 ? 'No slot is left' : `Hand over ${slots.length} ${slots.length === 1 ? 'slot' : 'slots'}`,
      text: slots.length === 0 ? 'Nobody relies on this provider any more.' : `Each is passed on as it is, without a slash, in the period after the one in which it was taken. What nobody takes ends with its agreement, the last one as said here; prove until then.${challenged === 0 ? '' : ` ${challenged} of them must answer a challenge first.`}`,
      ...(slots.length === 0 ? {} : { atSeconds: epochStart(clock, periodStart(clock, lastEnd)) }),
    },
    { id: 'queue', isDone: free === 0n && locked === 0n, title: 'Ask for the free stake', text: free === 0n ? (locked > 0n ? 'All of it still stands behind promises.' : 'Nothing more is to be asked for.') : 'What no promise binds can be asked for at once, the rest as slots go.' },
    { id: 'take', isDone: stake === 0n, title: 'Take it out', text: queued === 0n ? (stake === 0n ? 'All stake is paid out.' : 'It waits some epochs, and can be slashed until it is taken.') : isReady ? 'It is ready.' : 'It waits, and can be slashed until it is taken.', ...(queued > 0n && !isReady ? { atSeconds: epochStart(clock, readyEpoch) } : {}) },
    { id: 'off', isDone: stake === 0n && slots.length === 0, title: 'Switch the node off', text: 'When no slot and no stake is left. Withdraw what was earned before or after: it waits in the market for as long as you like.' },
  ];
}
