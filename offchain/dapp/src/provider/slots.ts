/** The slots that a provider holds, each as the chain has it. */
import { z } from 'zod';
import { geometry } from '../../../codec/geometry.ts';
import { marketAbi } from '../../../chain/generated/abi.ts';
import { slotsOfProvider } from '../../../chain/slots-of-provider.ts';
import type { HeldSlot } from '../../../chain/slots-of-provider.ts';
import type { Chain } from '../../../chain/types.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { readAgreementView } from '../explorer/agreement-view.ts';
import type { AgreementView } from '../explorer/agreement-view.ts';
import { list, ref, whole } from '../explorer/graph-values.ts';
import { fromIndexOrChain } from '../explorer/sources.ts';
import type { Sourced, Sources } from '../explorer/sources.ts';

export interface SlotRow extends HeldSlot {
  readonly rent: bigint;
  /** The part of the rent that goes to heavy nodes. */
  readonly fee: bigint;
  readonly startEpoch: number;
  readonly endPeriod: number;
  /** Fragment bytes that it promises, and those that uploads have taken. */
  readonly promisedBytes: number;
  readonly storedBytes: number;
  readonly noticeFrom: number;
  readonly openChallenges: number;
  readonly provedThisEpoch: boolean;
  readonly scheme: string;
}

/** Slots shown at once: beyond, a page says so. */
export const SLOTS_SHOWN = 200;
const Answer = z.object({ slots: list(z.object({ agreement: ref, index: whole })) });

export async function readSlots(sources: Sources, id: number): Promise<Sourced<SlotRow[]>> {
  const found = await fromIndexOrChain<HeldSlot[]>(
    sources,
    async (ask) => {
      const { slots } = await ask({ query: `query Slots($id: String!, $first: Int!) { slots(first: $first, where: { provider: $id, state: Held }) { agreement { id } index } }`, variables: { id: String(id), first: SLOTS_SHOWN }, schema: Answer });
      // One that the index keeps quiet about would not be missed by anybody.
      const count = await sources.chain.read({ address: sources.chain.deployment.market, abi: marketAbi, functionName: 'slotCountOf', args: [id] });
      if (BigInt(slots.length) < count && slots.length < SLOTS_SHOWN) throw new HoldfastError('INDEX_LACKS_SLOTS', `The index knows ${slots.length} of ${count} slots.`);
      return slots.map(({ agreement, index }) => ({ agreement, slot: index }));
    },
    () => slotsOfProvider(sources.chain, id),
  );
  return { value: await detail(sources.chain, id, found.value.slice(0, SLOTS_SHOWN)), from: found.from };
}

/** What the index lags behind in, the chain corrects: a slot that is somebody else's by now is left out. */
async function detail(chain: Chain, id: number, held: readonly HeldSlot[]): Promise<SlotRow[]> {
  const views = new Map<number, AgreementView>();
  for (const agreement of new Set(held.map((one) => one.agreement))) views.set(agreement, await readAgreementView(chain, agreement));
  return held.flatMap(({ agreement, slot }) => {
    const view = views.get(agreement)!;
    const one = view.slots[slot];
    if (one === undefined || one.provider !== id) return [];
    const { fragmentSize } = geometry(view);
    return [{
      agreement, slot, rent: one.rent, fee: (one.rent * BigInt(view.feeBps)) / 10_000n, startEpoch: one.startEpoch, endPeriod: view.endPeriod, scheme: `${view.k}+${view.m}`,
      promisedBytes: view.quota * fragmentSize, storedBytes: (view.batches - view.retiredBatches) * fragmentSize,
      noticeFrom: one.noticeFrom, openChallenges: one.openChallenges, provedThisEpoch: one.provedThisEpoch,
    }];
  }).sort((a, b) => a.agreement - b.agreement || a.slot - b.slot);
}
