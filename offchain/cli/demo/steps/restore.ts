import { epochAt } from '../../../chain/epoch.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import type { SlotState } from '../../../chain/read-agreement.ts';
import { provedSince } from '../chain-facts.ts';
import { restoreElsewhere } from '../restore-elsewhere.ts';
import { StoryError, must } from '../story.ts';
import type { Figures, Story } from '../story.ts';
import { until } from '../until.ts';

/** Kills as many providers as may be lost, then restores everything on a new machine that has nothing but the wallet. */
export async function restoreStep(story: Story): Promise<Figures> {
  const { network, options, dead } = story;
  const { epoch, slots } = await momentToDie(story);
  for (const { slot, provider } of victims(slots, options)) {
    const node = network.providers.find(({ id }) => id === provider);
    if (node === undefined) throw new StoryError(`slot ${slot} is held by provider ${provider}, which this run did not start`);
    dead.push({ slot, node });
  }
  network.killed.push(...dead.map(({ node }) => node));
  await network.supervisor.kill(dead.map(({ node }) => node.process));
  must(dead.every(({ node }) => !node.process.isRunning), () => 'a killed provider still runs');

  const restored = await restoreElsewhere(story, 'restored');
  must(restored.differences.length === 0, () => `the restored tree differs: ${restored.differences.join('; ')}`);
  return { killed: dead.map(({ slot, node }) => ({ slot, provider: node.id })), afterProofOfEpoch: epoch, ...restored };
}

/** Every second slot first, so that data and parity slots are among them. */
function victims(slots: readonly SlotState[], options: { losses: number }): SlotState[] {
  const order = [...slots.filter(({ slot }) => slot % 2 === 0), ...slots.filter(({ slot }) => slot % 2 === 1)];
  return order.slice(0, options.losses);
}

/**
 * The middle of a period, once all have proven. So at least two misses fall into this period, and the run of misses that allows
 * a replacement ends in the next one: both the report and the replacement are then due.
 */
async function momentToDie({ chain, creator }: Story): Promise<{ epoch: number; slots: readonly SlotState[] }> {
  const { clock } = chain;
  const middle = clock.epochsPerPeriod / 2;
  return until('an epoch in the middle of a period that everybody proves', {
    timeoutSeconds: 3 * clock.epochSeconds * clock.epochsPerPeriod,
    async ask() {
      const epoch = epochAt(clock, await chain.nowSeconds());
      const offset = epoch % clock.epochsPerPeriod;
      if (offset !== middle && offset !== middle - 1) return undefined;
      const { slots } = await readAgreement(chain, creator.agreement);
      const proven = new Set((await provedSince(chain, epoch)).map(({ provider }) => provider));
      return slots.every(({ provider }) => proven.has(provider)) ? { epoch, slots } : undefined;
    },
  });
}
