import { epochAt, periodOf } from './epoch.ts';
import type { Chain } from './types.ts';

/** The epoch at the chain's estimated time. */
export async function currentEpoch(chain: Chain): Promise<number> {
  return epochAt(chain.clock, await chain.nowSeconds());
}

export async function currentPeriod(chain: Chain): Promise<number> {
  return periodOf(chain.clock, await currentEpoch(chain));
}
