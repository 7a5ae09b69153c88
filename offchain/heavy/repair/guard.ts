/** Losses of agreements that carry another heavy node's footprint, once that node has left them unrepaired for long: it may be gone for good. */
import { guardiansOf } from '../../chain/guardians.ts';
import { readAgreement } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import type { Footprint } from '../footprint.ts';
import { PARALLEL_REQUESTS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import type { Seals } from '../seals.ts';
import { planRepairs, slotName } from './plan.ts';
import type { Loss } from './plan.ts';

export interface Guard {
  /** What is due in this epoch; looks at the chain once in each. */
  losses(now: { readonly epoch: number; readonly period: number }): Promise<readonly Loss[]>;
}

export function createGuard(context: HeavyContext, options: { readonly footprint: Footprint; readonly seals: Seals; readonly rateOf: (provider: number) => number }): Guard {
  const { chain, directory, settings, log } = context;
  const { footprint, seals, rateOf } = options;
  const firstSeen = new Map<string, number>();
  let lookedEpoch = -1;
  let due: readonly Loss[] = [];

  return {
    async losses({ epoch, period }) {
      if (epoch === lookedEpoch) return due;
      const own = new Set(footprint.agreements());
      const guarded = (await seals.agreements()).filter((id) => !own.has(id));
      const agreements = await mapLimited(guarded, PARALLEL_REQUESTS, (id) => readAgreement(chain, id));
      for (const { id, endPeriod } of agreements) if (endPeriod > 0 && endPeriod + 1 < period) await seals.forget(id);
      const heavies = (await directory.all()).filter(({ tier, endpoint }) => tier === 'heavy' && endpoint !== '').map(({ id }) => id);
      // Notices are between the creator and its own heavy node.
      const losses = planRepairs(agreements, period, { rateOf });
      const names = new Set(losses.map(nameOf));
      for (const name of firstSeen.keys()) if (!names.has(name)) firstSeen.delete(name);
      due = losses.filter((loss) => {
        const seen = firstSeen.get(nameOf(loss)) ?? epoch;
        firstSeen.set(nameOf(loss), seen);
        const agreement = agreements.find(({ id }) => id === loss.agreement);
        const rank = agreement === undefined ? 0 : Math.max(0, guardiansOf(agreement, heavies).indexOf(context.id));
        return epoch - seen >= settings.guardEpochs * (rank + 1);
      });
      if (due.length > 0) log.warn('repair.guarding', { slots: due.map(slotName) });
      lookedEpoch = epoch;
      return due;
    },
  };
}

function nameOf(loss: Loss): string {
  return `${slotName(loss)}/${loss.from}`;
}
