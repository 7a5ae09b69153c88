import { heavyPlan, providerPlan } from '../../devnet/plans.ts';
import { addNodes } from '../../devnet/network.ts';
import type { Network } from '../../devnet/network.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import { must } from '../story.ts';
import type { Figures, StoryOptions } from '../story.ts';

/** Heavy nodes, then providers of different operators: half of them under each heavy node, spread over the regions. */
export async function networkStep(network: Network, options: StoryOptions): Promise<Figures> {
  const { heavies, providers, regions } = options;
  await addNodes(network, 'heavy', Array.from({ length: heavies }, (_, i) => heavyPlan({ region: i + 1 })));
  const parents = network.heavies.map(({ id }) => id);
  const plans = Array.from({ length: providers }, (_, i) => providerPlan({ region: (Math.floor(i / heavies) % regions) + 1, parent: parents[i % heavies] ?? 0 }));
  await addNodes(network, 'provider', plans, (done) => options.progress({ label: 'Starting', done, total: providers, unit: 'providers' }));

  const nodes = await listNodes(network.chain);
  const registered = nodes.filter(({ tier }) => tier === 'standard');
  must(registered.length === providers, () => `${registered.length} providers are registered instead of ${providers}`);
  must(registered.every(({ stake }) => stake > 0n), () => 'a provider has no stake');
  return {
    heavies: network.heavies.length,
    providers: registered.length,
    operators: new Set(registered.map(({ operator }) => operator)).size,
    regions: new Set(registered.map(({ region }) => region)).size,
    staked: String(registered.reduce((sum, { stake }) => sum + stake, 0n)),
    processes: 1 + network.heavies.length + network.providers.length,
  };
}
