import { currentEpoch } from '../../../chain/current-epoch.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import { provenEpochs } from '../../../chain/read-proofs.ts';
import { addNodes } from '../../devnet/network.ts';
import { providerPlan } from '../../devnet/plans.ts';
import { isFull, marketEvents, provedSince } from '../chain-facts.ts';
import { must } from '../story.ts';
import type { Figures, Story } from '../story.ts';
import { until } from '../until.ts';

const PERIODS_TO_REPAIR = 4;

/** Newcomers join; the heavy nodes report the misses and rebuild what was lost at spares, until every slot proves again. */
export async function repairStep(story: Story): Promise<Figures> {
  const { chain, creator, dead, network, options } = story;
  const { heavies, newcomers, regions } = options;
  const parents = network.heavies.map(({ id }) => id);
  const plans = Array.from({ length: newcomers }, (_, i) => providerPlan({ region: regions + 1 + (i % 2), parent: parents[i % heavies] ?? 0, isNewcomer: true }));
  const joined = await addNodes(network, 'provider', plans);

  const lost = new Set(dead.map(({ node }) => node.id));
  const timeoutSeconds = PERIODS_TO_REPAIR * chain.clock.epochsPerPeriod * chain.clock.epochSeconds;
  const replaced = await until(`the replacement of all ${dead.length} lost slots`, {
    timeoutSeconds,
    ask: async () => {
      const all = (await marketEvents(chain, 'Replaced')).map(({ args }) => args).filter(({ from }) => lost.has(from));
      options.progress({ label: 'Rebuilding', done: all.length, total: dead.length, unit: 'slots' });
      return all.length >= dead.length ? all : undefined;
    },
  });
  const reports = await until('the report of their misses', {
    timeoutSeconds,
    ask: async () => {
      const all = (await marketEvents(chain, 'MissesReported')).map(({ args }) => args).filter(({ provider }) => lost.has(provider));
      return all.length >= dead.length ? all : undefined;
    },
  });
  const fullEpoch = await until('an epoch that every slot proves', { timeoutSeconds, ask: () => fullyProvenEpoch(story) });
  must(reports.every(({ slashed }) => slashed > 0n) && replaced.every(({ slashed }) => slashed > 0n), () => 'a dead provider was not slashed');

  const now = await currentEpoch(chain);
  const paidAfterDeath = await Promise.all(dead.map(({ node }) => provenEpochs(chain, { provider: node.id, from: now - 2, to: now + 1 })));
  must(paidAfterDeath.every((epochs) => epochs === 0), () => 'a dead provider still earns');
  return {
    newcomers: joined.length,
    replaced: replaced.map(({ slot, from, to, slashed, bounty }) => ({ slot: Number(slot), from, to, slashed: String(slashed), bounty: String(bounty) })),
    missesReported: reports.map(({ provider, misses, slashed }) => ({ provider, misses: Number(misses), slashed: String(slashed) })),
    fullyProvenEpoch: fullEpoch,
    slots: (await readAgreement(chain, creator.agreement)).slots.length,
  };
}

/** The newest epoch in which the present holders of all slots proved, if there is one since the last replacement. */
async function fullyProvenEpoch({ chain, creator }: Story): Promise<number | undefined> {
  const epoch = await currentEpoch(chain);
  const { slots } = await readAgreement(chain, creator.agreement);
  const proofs = await provedSince(chain, epoch - 1);
  return [epoch, epoch - 1].find((one) => isFull(slots, proofs, one));
}
