import { ContractRevertError } from '../chain/chain-errors.ts';
import { epochSeed } from '../chain/epoch-seed.ts';
import { hasProved } from '../chain/read-proofs.ts';
import { releaseSlots } from '../chain/release-slots.ts';
import type { Provider } from './context.ts';
import { noteEndedSlot } from './hold-slot.ts';

/**
 * A slot of one's own that leaves an open draw takes the draw with it, and the epoch's pay: only while nobody knows the draw, or when it is answered.
 */
async function mayRelease({ chain, id }: Provider, epoch: number): Promise<boolean> {
  return (await epochSeed(chain, epoch)) === undefined || (await hasProved(chain, id, epoch));
}

/**
 * Takes this provider's slots off its draws whose agreements have ended, or end with this epoch: a draw that lands on an ended slot is
 * lost time, and too many of them lose the epoch.
 * @param options.isLost the epoch's pay is lost already: nothing is left to wait for
 */
export async function releaseEnded(provider: Provider, epoch: number, options: { readonly isLost?: boolean } = {}): Promise<void> {
  const { chain, store, log } = provider;
  const endPeriod = Math.floor((epoch + 1) / chain.clock.epochsPerPeriod);
  const rows = await store.heldSlot.findMany({ where: { state: 'held', endPeriod: { lte: endPeriod } } });
  for (const { agreement, slot } of rows) {
    // Asked each time: somebody may fix the seed at any moment, and each release takes a while.
    if (options.isLost !== true && !(await mayRelease(provider, epoch))) return;
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
