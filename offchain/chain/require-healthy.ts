import { RepairOnlyError } from '../wire/repair-only.ts';
import { epochAt, epochStart } from './epoch.ts';
import { networkHealth } from './network-health.ts';
import type { Chain } from './types.ts';

/** Asked before work begins that the chain would refuse at its end. Throws RepairOnlyError, RpcUnavailableError. */
export async function requireHealthy(chain: Chain): Promise<void> {
  const { provenBps, isRepairOnly } = await networkHealth(chain);
  if (!isRepairOnly) return;
  const nowSeconds = await chain.nowSeconds();
  const nextEpoch = epochStart(chain.clock, epochAt(chain.clock, nowSeconds) + 1);
  throw new RepairOnlyError({ provenBps, retryAfterSeconds: Math.max(1, Math.ceil(nextEpoch - nowSeconds)) });
}
