import { DEV_CHAIN_ID } from '../chain/dev-accounts.ts';
import { MINIMUMS } from '../wire/placement.ts';
import type { HeavyContext } from './context.ts';
import type { HouseRules } from './placement/rules.ts';

/** What this node asks of every provider: its settings, never below the protocol's minimums. On a development chain all nodes may share one machine. */
export function houseRules({ settings, chain }: Pick<HeavyContext, 'settings' | 'chain'>): HouseRules {
  const { placement, minReputation } = settings;
  return {
    minReputation,
    minUptime: Math.max(MINIMUMS.uptime, placement.minUptime),
    minBytesPerSecond: Math.max(MINIMUMS.bytesPerSecond, placement.minBytesPerSecond),
    minCapacityBytes: Math.max(MINIMUMS.capacityBytes, placement.minCapacityBytes),
    exemptLoopback: placement.exemptLoopback ?? chain.deployment.chainId === DEV_CHAIN_ID,
    vetting: placement.vetting,
  };
}
