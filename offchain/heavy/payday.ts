/** Every few periods: settles this node's rails, pays its fees, bounties and rewards out, and burns the share of the fees that waits for it. */
import { currentPeriod } from '../chain/current-epoch.ts';
import { whenDue } from '../store/due.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { settleFees, withdrawAll } from './money.ts';

/** Does nothing until `settings.paydayPeriods` have passed since the last time, which is remembered over restarts. */
export async function payday(context: HeavyContext, footprint: Footprint): Promise<void> {
  const { chain, store, settings } = context;
  if (settings.paydayPeriods === 0) return;
  const now = await currentPeriod(chain);
  await whenDue(store, { key: 'payday-period', now, every: settings.paydayPeriods }, async () => {
    await settleFees(context, footprint);
    await withdrawAll(context);
  });
}
