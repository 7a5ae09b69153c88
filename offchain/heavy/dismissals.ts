/** Dismisses providers that never took a bundle: their slots are paid, and hold less than they should. The next repair fills them. */
import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { dismiss } from '../chain/dismiss.ts';
import { parametersOf } from './chain-reads.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { createLacking } from './lacking.ts';
import { REFUSED_WEIGHT } from './reputation/score.ts';

export interface Dismisser {
  /** Looks at the own agreements once in an epoch; who is overdue and could not be dismissed is tried again with every call. */
  tick(): Promise<void>;
}

interface Overdue {
  readonly agreement: number;
  readonly slot: number;
  readonly bundle: number;
}

export function createDismisser(context: HeavyContext, footprint: Footprint): Dismisser {
  const { chain } = context;
  const lacking = createLacking(context, footprint);
  let overdue: readonly Overdue[] = [];
  let lookedEpoch = -1;

  const look = async (epoch: number): Promise<Overdue[]> => {
    const { ackEpochs } = await parametersOf(chain);
    const found = new Map<string, Overdue>();
    for await (const { agreement, bundle, since, slots } of lacking.find(epoch)) {
      // One bundle suffices: the slot is vacant then.
      for (const { slot, startEpoch } of slots) if (epoch >= Math.max(since, startEpoch) + ackEpochs) found.set(`${agreement.id}/${slot}`, { agreement: agreement.id, slot, bundle });
    }
    return [...found.values()];
  };

  return {
    async tick() {
      const epoch = await currentEpoch(chain);
      if (epoch > lookedEpoch) {
        await footprint.follow();
        overdue = await look(epoch);
        lookedEpoch = epoch;
      }
      // Its draw may be open, which it can leave so for most of an epoch; once it has proven, or before the next draw is fixed, it can be dismissed.
      const waiting: Overdue[] = [];
      for (const one of overdue) if (!(await isDone(context, one))) waiting.push(one);
      overdue = waiting;
    },
  };
}

/** False: its draw is open. What else the market says will not change within the epoch. */
async function isDone({ chain, log, reputation }: HeavyContext, at: Overdue): Promise<boolean> {
  try {
    const { provider } = await dismiss(chain, at);
    log.info('slot.dismissed', { ...at, provider });
    // Rent was taken for bytes that are not there. Half of a failed audit: a creator may also have sent none, and nobody could bring them.
    reputation.note(provider, { part: 'audits', bad: REFUSED_WEIGHT });
    return true;
  } catch (error) {
    if (!(error instanceof ContractRevertError)) throw error;
    if (error.errorName === 'DrawPending') return false;
    log.warn('slot.not-dismissed', { ...at, error });
    return true;
  }
}
