/** Dismisses providers that never took a bundle: their slots are paid, and hold less than they should. The next repair fills them. */
import { ContractRevertError } from '../chain/chain-errors.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { dismiss } from '../chain/dismiss.ts';
import { periodOf } from '../chain/epoch.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { parametersOf } from './chain-reads.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { REFUSED_WEIGHT } from './reputation/score.ts';

export interface Dismisser {
  /** One look at the own agreements; once in an epoch. */
  tick(): Promise<void>;
}

export function createDismisser(context: HeavyContext, footprint: Footprint): Dismisser {
  const { chain } = context;
  /** Bundles that every slot acknowledged, or that were retired: nothing will change about them. */
  const settled = new Set<string>();
  let lookedEpoch = -1;
  let reorganisations = 0;

  const look = async (agreement: AgreementState, epoch: number, ackEpochs: number): Promise<void> => {
    for (let bundle = 0; bundle < agreement.bundles; bundle++) {
      const key = `${agreement.id}/${bundle}`;
      if (settled.has(key)) continue;
      const { acknowledged, retired, epoch: since } = await readBundle(chain, agreement.id, bundle);
      const lacking = agreement.slots.filter(({ slot }) => ((acknowledged >> BigInt(slot)) & 1n) === 0n);
      if (lacking.length === 0 || retired !== 0) settled.add(key);
      else for (const { slot, provider, startEpoch } of lacking) {
        const isOverdue = provider !== 0 && retired === 0 && epoch >= Math.max(since, startEpoch) + ackEpochs;
        if (isOverdue) await dismissOne(context, { agreement: agreement.id, slot, bundle });
      }
    }
  };

  return {
    async tick() {
      const epoch = await currentEpoch(chain);
      if (epoch <= lookedEpoch) return;
      await footprint.follow();
      if (footprint.reorganisations() !== reorganisations) {
        reorganisations = footprint.reorganisations();
        settled.clear();
      }
      const { ackEpochs } = await parametersOf(chain);
      for (const id of footprint.agreements()) {
        const agreement = await readAgreement(chain, id);
        if (periodOf(chain.clock, epoch) < agreement.endPeriod) await look(agreement, epoch, ackEpochs);
      }
      lookedEpoch = epoch;
    },
  };
}

/** Its draw may be open, or a challenge under way: the next epoch tries again. */
async function dismissOne({ chain, log, reputation }: HeavyContext, at: { agreement: number; slot: number; bundle: number }): Promise<void> {
  try {
    const { provider } = await dismiss(chain, at);
    log.info('slot.dismissed', { ...at, provider });
    // Rent was taken for bytes that are not there. Half of a failed audit: a creator may also have sent none.
    reputation.note(provider, { part: 'audits', bad: REFUSED_WEIGHT });
  } catch (error) {
    if (!(error instanceof ContractRevertError)) throw error;
    log.warn('slot.not-dismissed', { ...at, error });
  }
}
