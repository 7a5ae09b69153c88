/** The node's own money: its share of the rails that carry its footprint, and what was credited to it. */
import { currentEpoch } from '../chain/current-epoch.ts';
import { registryAbi } from '../chain/generated/abi.ts';
import { listNodes } from '../chain/list-nodes.ts';
import { owedTo, owedToNode, readRail } from '../chain/read-money.ts';
import { settle } from '../chain/settle.ts';
import { unlessPaid, withdraw, withdrawNode } from '../chain/withdraw.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { PARALLEL_REQUESTS } from './limits.ts';
import { mapLimited } from './parallel.ts';

/** Whoever asks; without a directory the registry is read. */
type Asker = Pick<HeavyContext, 'chain' | 'id'> & Partial<Pick<HeavyContext, 'directory'>>;

/** A money stream is named by provider, footprint and the provider's parent when it took the slot. */
export interface Rail {
  readonly provider: number;
  readonly heavy: number;
  readonly parent: number;
}

/**
 * Settles every rail that pays this node, flows, and is not settled up to now: those with its footprint, and those of its children in agreements
 * that another heavy node brokered, whose fee it shares. Returns the fees of these rails, in token units.
 */
export async function settleFees(context: HeavyContext, footprint: Footprint): Promise<{ rails: number; fee: bigint }> {
  const total = { rails: 0, fee: 0n };
  for (const rail of await flowingRails(context, footprint)) {
    const { fee } = await settle(context.chain, rail);
    total.rails += 1;
    total.fee += fee;
  }
  context.log.info('fees.settled', total);
  return total;
}

/** The rails that pay this node, flow, and are not settled up to now. */
export async function flowingRails(context: Asker, footprint: Footprint): Promise<Rail[]> {
  const { chain } = context;
  await footprint.follow();
  const epoch = await currentEpoch(chain);
  const rails: Rail[] = [];
  for (const rail of [...(await railsOf(context, footprint)), ...(await childrensRails(context, footprint))]) {
    const { rate, settledEpoch } = await readRail(chain, rail);
    if (rate !== 0n && settledEpoch < epoch) rails.push(rail);
  }
  return rails;
}

/** Pays what was settled to the node's payout address, and bounties and rewards to its operator. Token units; 0 where nothing was owed. */
export async function withdrawAll({ chain, id, account, log }: HeavyContext): Promise<{ fees: bigint; rewards: bigint }> {
  const fees = (await owedToNode(chain, id)) === 0n ? 0n : await unlessPaid(withdrawNode(chain, { id }));
  const rewards = (await owedTo(chain, account.address)) === 0n ? 0n : await unlessPaid(withdraw(chain));
  log.info('money.withdrawn', { fees, rewards });
  return { fees, rewards };
}

/** Each provider with every parent that it ever had: a rail stays with the parent of its day. */
async function railsOf({ chain, id }: Pick<HeavyContext, 'chain' | 'id'>, footprint: Footprint): Promise<Rail[]> {
  const { registry, fromBlock } = chain.deployment;
  const range = { address: registry, abi: registryAbi, fromBlock, strict: true } as const;
  const rails = await mapLimited(footprint.providers(), PARALLEL_REQUESTS, async (provider): Promise<Rail[]> => {
    const args = { id: provider };
    const [registered, changed] = await Promise.all([
      chain.ask('the log of Registered', (client) => client.getContractEvents({ ...range, eventName: 'Registered', args })),
      chain.ask('the log of ParentChanged', (client) => client.getContractEvents({ ...range, eventName: 'ParentChanged', args })),
    ]);
    const parents = new Set([...registered, ...changed].map((event) => event.args.parent));
    return [...parents].map((parent) => ({ provider, heavy: id, parent }));
  });
  return rails.flat();
}

/** Of children by the registry: rails of one that has moved away since are settled by whoever is paid through them next. */
async function childrensRails({ chain, id, directory }: Asker, footprint: Footprint): Promise<Rail[]> {
  const nodes = directory === undefined ? await listNodes(chain) : await directory.all();
  const children = new Set(nodes.filter(({ parent, tier }) => tier !== 'heavy' && parent === id).map((node) => node.id));
  return footprint.elsewhere().filter(({ provider }) => children.has(provider)).map(({ provider, heavy }) => ({ provider, heavy, parent: id }));
}
