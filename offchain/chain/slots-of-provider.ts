import { OPENED, REPLACED, SLOT_RELEASED, VACATED } from './events.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

export interface HeldSlot {
  readonly agreement: number;
  readonly slot: number;
}

/** The slots that `provider` holds now: opened with it or taken over, and neither lost, handed over nor released since. */
export async function slotsOfProvider(chain: Chain, provider: number): Promise<HeldSlot[]> {
  const toBlock = await chain.ask('the latest block', (client) => client.getBlockNumber());
  const [opened, replaced, vacated, released] = await Promise.all([
    readLogs(chain, { event: OPENED, toBlock }),
    readLogs(chain, { event: REPLACED, toBlock }),
    readLogs(chain, { event: VACATED, args: { provider }, toBlock }),
    readLogs(chain, { event: SLOT_RELEASED, args: { provider }, toBlock }),
  ]);
  const holder = new Map<string, HeldSlot>();
  for (const { args } of opened) {
    args.offers.forEach((offer, slot) => {
      if (offer.provider === provider) hold(holder, { agreement: args.id, slot });
    });
  }
  // A provider may lose a slot and take it over again later.
  for (const log of [...replaced, ...vacated].sort(inOrder)) {
    const held = { agreement: log.args.id, slot: Number(log.args.slot) };
    if (log.eventName === 'Replaced' && log.args.to === provider) hold(holder, held);
    else holder.delete(keyOf(held));
  }
  for (const { args } of released) holder.delete(keyOf({ agreement: args.id, slot: Number(args.slot) }));
  return [...holder.values()];
}

function inOrder(a: { blockNumber: bigint; logIndex: number }, b: { blockNumber: bigint; logIndex: number }): number {
  return Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex;
}

function hold(holder: Map<string, HeldSlot>, held: HeldSlot): void {
  holder.set(keyOf(held), held);
}

function keyOf(held: HeldSlot): string {
  return `${held.agreement}/${held.slot}`;
}
