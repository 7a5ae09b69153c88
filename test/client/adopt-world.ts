/** A network whose epochs end when everybody has proven, so that whole periods pass in seconds and pools are allowed to pay. */
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { epochStart } from '../../offchain/chain/epoch.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import { expect } from 'vitest';
import { type World, startWorld } from './world.ts';
import { PACE } from '../support/pace.ts';

export const EPOCHS_PER_PERIOD = 4;
const EPOCH_SECONDS = 1_000;

export function startAdoptWorld(): Promise<World> {
  return startWorld({ providers: 4, parameters: { epochSeconds: EPOCH_SECONDS, epochsPerPeriod: EPOCHS_PER_PERIOD }, heavy: { loops: { watchMs: 100, renewMs: 200 }, contents: { maxContents: 2 } }, tickMs: 100 });
}

/** Every provider proves each of the epochs up to the beginning of `epoch`. */
export async function provenUntil(world: World, epoch: number): Promise<void> {
  const { chain } = world.providers[0]!.provider;
  for (let now = await currentEpoch(chain); now < epoch; now = await currentEpoch(chain)) {
    // Proofs are sent at a quarter of the epoch.
    const to = epochStart(chain.clock, now) + EPOCH_SECONDS * 0.4 - (await chain.nowSeconds());
    if (to > 0) await world.holdfast.advance(Math.ceil(to));
    for (const { id } of world.providers) await expect.poll(() => hasProved(chain, id, now), { timeout: 30_000 * PACE, interval: 50 }).toBe(true);
    await world.holdfast.advance(Math.ceil(epochStart(chain.clock, now + 1) - (await chain.nowSeconds())) + 1);
  }
}
