/** A failed audit becomes a challenge on the chain, which the provider answers with the very leaf or loses the slot. Within a budget of each period. */
import { challengeBond, postChallenge } from '../../chain/post-challenge.ts';
import { periodOf } from '../../chain/epoch.ts';
import type { HeavyContext } from '../context.ts';
import type { LeafTarget } from './targets.ts';

export interface Challenger {
  /** Posts it unless setting or budget forbid it, or the slot has been challenged in this period. */
  challenge(target: LeafTarget, epoch: number): Promise<void>;
}

export function createChallenger(context: HeavyContext): Challenger {
  const { chain, log, settings } = context;
  const { challengesPerPeriod, challengeBudget } = settings.audits;
  let period = -1;
  let spent = 0n;
  let count = 0;
  /** Slots that were tried, whether it worked or not. */
  const posted = new Set<string>();

  return {
    async challenge(target, epoch) {
      if (challengesPerPeriod === 0) return;
      const now = periodOf(chain.clock, epoch);
      if (now !== period) {
        [period, spent, count] = [now, 0n, 0];
        posted.clear();
      }
      const name = `${target.agreement}/${target.slot}`;
      const bond = await challengeBond(chain);
      if (posted.has(name) || count >= challengesPerPeriod || spent + bond > challengeBudget) return;
      posted.add(name);
      spent += bond;
      const { agreement, slot, bundle, batch, first: leaf } = target;
      try {
        const { challenge, deadlineEpoch } = await postChallenge(chain, { agreement, slot, bundle, batch, leaf });
        count += 1;
        log.info('audit.challenged', { agreement, slot, bundle, batch, leaf, challenge, bond, deadlineEpoch });
      } catch (error) {
        // An open challenge of the same slot, too few tokens: the audit counts all the same.
        spent -= bond;
        log.warn('audit.not-challenged', { agreement, slot, error });
      }
    },
  };
}
