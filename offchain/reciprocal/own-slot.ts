/** A copy beside its original is none: the own provider gives its slot in an own agreement to the first newcomer that wants it. */
import type { AgreementView } from '../client/fetch/agreement-view.ts';
import { handToSomebody } from '../provider/leave.ts';
import type { Node } from './context.ts';
import type { Landscape } from './landscape.ts';

const STEP = 'own slot';

/** Nothing is slashed; the chain allows it behind the epoch's proof, and not in the period in which the slot was taken. */
export async function passOwnSlotOn(node: Node, place: AgreementView, landscape: Landscape): Promise<void> {
  const provider = node.provider()?.provider;
  const { client, retries, log } = node;
  const { id: agreement, state } = await client.views.refresh(place.id);
  const mine = state.slots.find((one) => one.provider === provider?.id);
  const holders = new Set(state.slots.map((one) => one.provider));
  const isFree = landscape.others.some(({ id }) => !holders.has(id));
  if (provider === undefined || mine === undefined || !isFree || !retries.isDue(STEP, landscape.facts)) return;
  await handToSomebody(provider, { agreement, slot: mine.slot });
  const to = (await client.views.refresh(agreement)).state.slots[mine.slot]?.provider;
  if (to === provider.id) return retries.failed(STEP, landscape.facts);
  retries.succeeded(STEP);
  log.info('own-slot.passed-on', { agreement, slot: mine.slot, to });
}
