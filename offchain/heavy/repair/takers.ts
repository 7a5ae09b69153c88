/** Who takes which lost slot of one agreement. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import type { HeavyContext } from '../context.ts';
import type { Successor } from './hand-over.ts';
import { noteJob } from './jobs.ts';
import { findSuccessor } from './successors.ts';

interface Choice {
  readonly agreement: AgreementState;
  readonly slots: readonly number[];
  readonly tried: ReadonlyMap<number, Set<number>>;
  readonly earlier: ReadonlyMap<number, number>;
  readonly failures: Map<number, unknown>;
}

/** By slot. One after the other, so that each choice heeds the operators and regions of those before it. */
export async function chooseTakers(context: HeavyContext, { agreement, slots, tried, earlier, failures }: Choice): Promise<Map<number, Successor>> {
  const takers = new Map<number, Successor>();
  for (const slot of slots) {
    const seen = tried.get(slot) as Set<number>;
    const chosen = [...takers].map(([taken, { provider }]) => ({ slot: taken, provider }));
    try {
      const known = await knownSuccessor(context, chosen.some(({ provider }) => provider === earlier.get(slot)) ? undefined : earlier.get(slot));
      const successor = known ?? (await findSuccessor(context, agreement, { slot, tried: seen, chosen }));
      seen.add(successor.provider);
      takers.set(slot, successor);
      await noteJob(context.store, { agreement: agreement.id, slot, from: fromOf(agreement, slot) }, { state: 'rebuilding', successor: successor.provider });
    } catch (error) {
      // Why the last one failed says more than that nobody is left.
      if (!failures.has(slot)) failures.set(slot, error);
    }
  }
  return takers;
}

function fromOf(agreement: AgreementState, slot: number): number {
  const state = agreement.slots[slot];
  return state?.vacancy?.from ?? state?.provider ?? 0;
}

async function knownSuccessor(context: HeavyContext, provider: number | undefined): Promise<Successor | undefined> {
  if (provider === undefined) return undefined;
  const node = (await context.directory.all()).find(({ id, faulted, endpoint }) => id === provider && !faulted && endpoint !== '');
  return node === undefined ? undefined : { provider: node.id, operator: node.operator, endpoint: node.endpoint };
}
