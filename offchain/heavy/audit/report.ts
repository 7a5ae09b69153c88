/** What a finding does: to the provider's record, to the questions that wait, to the evidence, and perhaps on the chain. */
import type { HeavyContext } from '../context.ts';
import { FAILED_WEIGHT, REFUSED_WEIGHT, UNSERVED_WEIGHT } from '../reputation/score.ts';
import type { Challenger } from './challenger.ts';
import { contain } from './containment.ts';
import { keepEvidence } from './evidence.ts';
import type { Outcome } from './outcome.ts';
import type { LeafTarget } from './targets.ts';

/** `refused`: an unknown outcome that stayed one over several epochs and paths, while the provider was there. */
export interface Finding {
  readonly kind: 'audit' | 'retrieval';
  readonly provider: number;
  readonly outcome: Outcome | 'refused';
  readonly reason: string;
  readonly target: LeafTarget;
  readonly url: string;
  readonly bytes?: Uint8Array | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** The question was asked before and waits in containment already. */
  readonly isAgain?: boolean;
}

export async function report(context: HeavyContext, finding: Finding, options: { readonly epoch: number; readonly challenger: Challenger }): Promise<void> {
  const { reputation, store, log } = context;
  const { kind, provider, outcome, reason, target, url } = finding;
  const { agreement, slot, bundle, batch, first: leaf } = target;
  const where = { provider, agreement, slot, bundle, batch, leaf };
  const part = kind === 'audit' ? 'audits' : 'retrieval';
  if (outcome !== 'passed' && outcome !== 'ours') log.warn(`${kind}.${outcome}`, { ...where, reason });
  switch (outcome) {
    case 'passed':
      reputation.noteProbe(provider, true);
      reputation.note(provider, { part, good: 1, ...(finding.bytesPerSecond === undefined ? {} : { bytesPerSecond: finding.bytesPerSecond }) });
      return;
    case 'wrong':
    case 'missing':
      // Whatever was read when: a fragment that is not there is a failed audit.
      reputation.note(provider, { part: 'audits', bad: FAILED_WEIGHT });
      if (outcome === 'wrong' && finding.bytes !== undefined) await keepEvidence(store, { provider, target, epoch: options.epoch, url, bytes: finding.bytes });
      await options.challenger.challenge(target, options.epoch);
      return;
    case 'refused':
      reputation.note(provider, { part, bad: kind === 'audit' ? REFUSED_WEIGHT : UNSERVED_WEIGHT });
      if (kind === 'audit') await options.challenger.challenge(target, options.epoch);
      return;
    case 'offline':
      reputation.noteProbe(provider, false);
      return;
    case 'unknown':
      reputation.noteProbe(provider, true);
      if (finding.isAgain !== true) await contain(store, where, { epoch: options.epoch, reason });
      return;
    case 'ours':
  }
}
