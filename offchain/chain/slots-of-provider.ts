import { OPENED, REPLACED, SLOT_RELEASED } from './events.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

export interface HeldSlot {
  readonly agreement: number;
  readonly slot: number;
}

/** The slots that `provider` holds now: opened with it or taken over, and neither replaced nor released since. */
export async function slotsOfProvider(chain: Chain, provider: number): Promise<HeldSlot[]> {
  const toBlock = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const [opened, replaced, released] = await Promise.all([
    readLogs(chain, { event: OPENED, toBlock }),
    readLogs(chain, { event: REPLACED, toBlock }),
    readLogs(chain, { event: SLOT_RELEASED, args: { provider }, toBlock }),
  ]);
  const holder = new Map<string, HeldSlot>();
  for (const { args } of opened) {
    args.offers.forEach((offer, slot) => {
      if (offer.provider === provider) hold(holder, { agreement: args.id, slot });
    });
  }
  for (const { args } of replaced) {
    const held = { agreement: args.id, slot: Number(args.slot) };
    if (args.to === provider) hold(holder, held);
    else holder.delete(keyOf(held));
  }
  for (const { args } of released) holder.delete(keyOf({ agreement: args.id, slot: Number(args.slot) }));
  return [...holder.values()];
}

function hold(holder: Map<string, HeldSlot>, held: HeldSlot): void {
  holder.set(keyOf(held), held);
}

function keyOf(held: HeldSlot): string {
  return `${held.agreement}/${held.slot}`;
}
