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
  /** From when on it may be dismissed. */
  readonly fromEpoch: number;
}

export function createDismisser(context: HeavyContext, footprint: Footprint): Dismisser {
  const { chain } = context;
  const lacking = createLacking(context, footprint);
  /** Also who is not yet. */
  let overdue: readonly Overdue[] = [];
  let lookedEpoch = -1;

  const look = async (epoch: number): Promise<Overdue[]> => {
    const { ackEpochs } = await parametersOf(chain);
    const found = new Map<string, Overdue>();
    for await (const { agreement, bundle, since, slots } of lacking.find(epoch)) {
      // The oldest bundle decides: the slot is vacant then.
      for (const { slot, startEpoch } of slots) {
        const fromEpoch = Math.max(since, startEpoch) + ackEpochs;
        const known = found.get(`${agreement.id}/${slot}`);
        if (fromEpoch < (known?.fromEpoch ?? Infinity)) found.set(`${agreement.id}/${slot}`, { agreement: agreement.id, slot, bundle, fromEpoch });
      }
    }
    return [...found.values()];
  };
  const dismissDue = async (epoch: number): Promise<void> => {
    const waiting: Overdue[] = [];
    for (const one of overdue) if (one.fromEpoch > epoch || !(await isDone(context, one))) waiting.push(one);
    overdue = waiting;
  };

  return {
    async tick() {
      const epoch = await currentEpoch(chain);
      // Its draw may be open, and it can leave it so for most of an epoch: first of all, before the new one is fixed, and again once it has proven.
      await dismissDue(epoch);
      if (epoch <= lookedEpoch) return;
      await footprint.follow();
      overdue = await look(epoch);
      lookedEpoch = epoch;
      await dismissDue(epoch);
    },
  };
}

/** False: not yet. What else the market says will not change within the epoch. */
async function isDone({ chain, log, reputation }: HeavyContext, at: Overdue): Promise<boolean> {
  try {
    const { provider } = await dismiss(chain, at);
    log.info('slot.dismissed', { ...at, provider });
    // Rent was taken for bytes that are not there. Half of a failed audit: a creator may also have sent none, and nobody could bring them.
    reputation.note(provider, { part: 'audits', bad: REFUSED_WEIGHT });
    return true;
  } catch (error) {
    if (!(error instanceof ContractRevertError)) throw error;
    // The chain's newest block may still be of the epoch before.
    if (error.errorName === 'DrawPending' || error.errorName === 'NotOverdue') return false;
    log.warn('slot.not-dismissed', { ...at, error });
    return true;
  }
}
