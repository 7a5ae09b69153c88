/** Which slots of the own agreements have not acknowledged which bundles. */
import { periodOf } from '../chain/epoch.ts';
import { readAgreement } from '../chain/read-agreement.ts';
import type { AgreementState } from '../chain/read-agreement.ts';
import { readBundle } from '../chain/read-bundle.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';

export interface Lack {
  readonly agreement: AgreementState;
  readonly bundle: number;
  /** The epoch of its commit. */
  readonly since: number;
  /** Slots with a provider in place. */
  readonly slots: AgreementState['slots'];
}

export interface Lacking {
  /** Of running agreements, one after the other; reads the chain. */
  find(epoch: number): AsyncGenerator<Lack, void>;
}

export function createLacking({ chain }: HeavyContext, footprint: Footprint): Lacking {
  /** Bundles that every slot acknowledged, or that were retired: nothing will change about them. */
  const settled = new Set<string>();
  let reorganisations = 0;
  return {
    async *find(epoch) {
      if (footprint.reorganisations() !== reorganisations) {
        reorganisations = footprint.reorganisations();
        settled.clear();
      }
      for (const id of footprint.agreements()) {
        const agreement = await readAgreement(chain, id);
        if (periodOf(chain.clock, epoch) >= agreement.endPeriod) continue;
        for (let bundle = 0; bundle < agreement.bundles; bundle++) {
          const key = `${id}/${bundle}`;
          if (settled.has(key)) continue;
          const { acknowledged, retired, epoch: since } = await readBundle(chain, id, bundle);
          const lacking = agreement.slots.filter(({ slot }) => ((acknowledged >> BigInt(slot)) & 1n) === 0n);
          if (lacking.length === 0 || retired !== 0) settled.add(key);
          else yield { agreement, bundle, since, slots: lacking.filter(({ provider }) => provider !== 0) };
        }
      }
    },
  };
}
