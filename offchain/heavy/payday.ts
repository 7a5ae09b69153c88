/** Every few periods: settles this node's rails, pays its fees, bounties and rewards out, and burns the share of the fees that waits for it. */
import { currentPeriod } from '../chain/current-epoch.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { settleFees, withdrawAll } from './money.ts';

const LAST_PAID = 'payday-period';

/** Does nothing until `settings.paydayPeriods` have passed since the last time, which is remembered over restarts. */
export async function payday(context: HeavyContext, footprint: Footprint): Promise<void> {
  const { chain, store, settings } = context;
  if (settings.paydayPeriods === 0) return;
  const period = await currentPeriod(chain);
  const row = await store.fact.findUnique({ where: { key: LAST_PAID } });
  if (row !== null && period < Number(row.value) + settings.paydayPeriods) return;
  if (row !== null) {
    await settleFees(context, footprint);
    await withdrawAll(context);
  }
  // The first start only begins to count.
  await store.fact.upsert({ where: { key: LAST_PAID }, create: { key: LAST_PAID, value: String(period) }, update: { value: String(period) } });
}
