/** What the contracts said of one node: credits, payouts, stake, slashes. */
import { channelsAbi, marketAbi, registryAbi, rewardsAbi } from '../chain/generated/abi.ts';
import { contractOf } from '../chain/contracts-of.ts';
import type { Chain } from '../chain/types.ts';
import type { NodeFact } from './facts.ts';
import { createPlaces } from './history.ts';
import type { Moment, ReadOptions } from './history.ts';
import { byPlace, readEvents, topic } from './read-events.ts';

/** In the order of the chain. A heavy node's settlements are those with its footprint; `asParent` looks for the others too, which reads all of them. */
export async function readNodeFacts(chain: Chain, node: number, options: ReadOptions & { readonly moment: Moment; readonly tier: 'provider' | 'heavy' }): Promise<NodeFact[]> {
  const { moment, tier, signal, onBlocks } = options;
  const { deployment } = chain;
  const range = { fromBlock: deployment.fromBlock, toBlock: moment.block, signal, onBlocks } as const;
  const ofMarket = { ...range, address: deployment.market, abi: marketAbi } as const;
  const self = [topic(node)];
  const place = createPlaces(chain);
  const facts: NodeFact[] = [];

  const settled = await readEvents(chain, { ...ofMarket, names: ['Settled'], ...(tier === 'provider' ? { first: self } : {}) });
  for (const event of settled) {
    const { provider, heavy, parent } = event.args;
    if (tier === 'heavy' && heavy !== node && parent !== node) continue;
    const { upTo, earned, fee, parentFee } = event.args;
    facts.push({ ...(await place(event)), node, kind: 'settled', provider, heavy, parent, upTo, earned, fee, parentFee });
  }
  for (const event of await readEvents(chain, { ...ofMarket, names: ['NodePaid', 'FeesBurned', 'MissesReported'], first: self })) {
    const at = { ...(await place(event)), node };
    if (event.eventName === 'NodePaid') facts.push({ ...at, kind: 'paid', amount: event.args.amount });
    else if (event.eventName === 'FeesBurned') facts.push({ ...at, kind: 'feesBurned', amount: event.args.amount });
    else facts.push({ ...at, kind: 'missesReported', period: event.args.period, misses: Number(event.args.misses), slashed: event.args.slashed, reporter: event.args.reporter, reward: event.args.reward });
  }
  for (const event of await readEvents(chain, { ...ofMarket, names: ['Answered'], second: self })) facts.push({ ...(await place(event)), node, kind: 'bondWon', amount: event.args.bond });
  for (const event of await readEvents(chain, { ...range, address: deployment.registry, abi: registryAbi, names: ['StakeAdded', 'StakeWithdrawn', 'Slashed'], first: self })) {
    const kind = ({ StakeAdded: 'staked', StakeWithdrawn: 'unstaked', Slashed: 'slashed' } as const)[event.eventName];
    facts.push({ ...(await place(event)), node, kind, amount: event.args.amount });
  }
  if (deployment.rewards !== undefined) {
    for (const event of await readEvents(chain, { ...range, address: contractOf(chain, 'rewards'), abi: rewardsAbi, names: ['Rewarded'], first: self })) facts.push({ ...(await place(event)), node, kind: 'rewarded', amount: event.args.amount });
  }
  if (deployment.channels !== undefined) {
    const ofChannels = { ...range, address: contractOf(chain, 'channels'), abi: channelsAbi } as const;
    const channels = (await readEvents(chain, { ...ofChannels, names: ['Opened'] })).filter(({ args }) => args.payee === node).map(({ args }) => topic(args.channel));
    const redeemed = await readEvents(chain, { ...ofChannels, names: ['Redeemed'], first: channels });
    const served = await readEvents(chain, { ...ofChannels, names: ['SponsoredRead'], second: self });
    for (const event of [...redeemed, ...served]) facts.push({ ...(await place(event)), node, kind: 'readsPaid', amount: event.args.amount - event.args.fee });
  }
  return facts.sort((a, b) => byPlace({ blockNumber: a.block, logIndex: a.index }, { blockNumber: b.block, logIndex: b.index }));
}
