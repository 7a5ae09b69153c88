import { ContractRevertError } from '../chain/chain-errors.ts';
import { releaseSlots } from '../chain/release-slots.ts';
import type { Provider } from './context.ts';
import { noteEndedSlot } from './hold-slot.ts';

/**
 * Takes this provider's slots off its draws whose agreements have ended, or end with this epoch: a draw that lands on an ended slot is
 * lost time, and too many of them lose the epoch.
 */
export async function releaseEnded(provider: Provider, epoch: number): Promise<void> {
  const { chain, store, log } = provider;
  const endPeriod = Math.floor((epoch + 1) / chain.clock.epochsPerPeriod);
  const rows = await store.heldSlot.findMany({ where: { state: 'held', endPeriod: { lte: endPeriod } } });
  for (const { agreement, slot } of rows) {
    try {
      const { refund } = await releaseSlots(chain, { agreement, slots: [slot] });
      log.info('slot.released', { agreement, slot, refund });
    } catch (error) {
      if (!(error instanceof ContractRevertError)) throw error;
      // Not yet: its draw is open. The next epoch's tick tries again.
      if (error.errorName !== 'NoSuchSlot') continue;
    }
    await noteEndedSlot(provider, { agreement, slot });
  }
}
