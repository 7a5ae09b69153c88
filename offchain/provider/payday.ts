/** Every few periods a provider collects what it has earned: rent, rewards and paid reads. */
import { currentPeriod } from '../chain/current-epoch.ts';
import type { Redeemer } from '../reads/take/redeemer.ts';
import { whenDue } from '../store/due.ts';
import type { Provider } from './context.ts';
import { settleAndWithdraw } from './money.ts';

/** Does nothing until `paydayPeriods` have passed since the last time, which is remembered over restarts. */
export async function payday(provider: Provider, redeemer: Redeemer): Promise<void> {
  const { chain, store, config, log } = provider;
  if (config.paydayPeriods === 0) return;
  const now = await currentPeriod(chain);
  await whenDue(store, { key: 'payday-period', now, every: config.paydayPeriods }, async () => {
    const reads = await redeemer.redeem(config.reads.redeemLeast);
    log.info('payday', { ...(await settleAndWithdraw(provider)), reads });
  });
}
