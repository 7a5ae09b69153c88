import { getAbiItem } from 'viem';
import type { Chain } from '../chain/client.ts';
import { currentEpoch } from '../chain/current-epoch.ts';
import { marketAbi, registryAbi } from '../chain/generated/abi.ts';
import { listNodes } from '../chain/list-nodes.ts';
import { readLogs } from '../chain/logs.ts';
import { readRail } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { provenEpochs } from '../chain/read-proofs.ts';

const SETTLED = getAbiItem({ abi: marketAbi, name: 'Settled' });
const NODE_PAID = getAbiItem({ abi: marketAbi, name: 'NodePaid' });

/** All amounts are token units. */
export interface Earnings {
  readonly provider: number;
  /** Settled so far, after fees. */
  readonly earned: bigint;
  /** Paid to the payout address so far, with bonds and premiums. */
  readonly paid: bigint;
  /** Settled and not yet paid. */
  readonly owed: bigint;
  /** Proven and not yet settled, after fees, as far as rents did not change in between. */
  readonly unsettled: bigint;
  /** Token units per proven epoch of all slots, after fees. */
  readonly perEpoch: bigint;
  readonly stake: bigint;
  readonly queued: bigint;
  readonly required: bigint;
  /** Taken off the stake so far. */
  readonly slashed: bigint;
}

/** Everything from the chain alone: events and what it owes now. */
export async function earningsOf(chain: Chain, id: number): Promise<Earnings> {
  const { registry, fromBlock } = chain.deployment;
  const range = { address: registry, abi: registryAbi, fromBlock, strict: true, args: { id } } as const;
  const [node, settled, paid, slashes, rails] = await Promise.all([
    readNode(chain, id),
    readLogs(chain, { event: SETTLED, args: { provider: id } }),
    readLogs(chain, { event: NODE_PAID, args: { id } }),
    chain.ask('the log of Slashed', (client) => client.getContractEvents({ ...range, eventName: 'Slashed' })),
    railsOf(chain, id),
  ]);
  const flows = await Promise.all(rails.map((rail) => flowOf(chain, id, rail)));
  const { stake, queued, required, owed } = node;
  return {
    provider: id,
    earned: sum(settled.map(({ args }) => args.earned)),
    paid: sum(paid.map(({ args }) => args.amount)),
    owed,
    unsettled: sum(flows.map((flow) => flow.unsettled)),
    perEpoch: sum(flows.map((flow) => flow.perEpoch)),
    stake,
    queued,
    required,
    slashed: sum(slashes.map(({ args }) => args.amount)),
  };
}

/** The footprints of agreements with this provider, and the parents that it ever had. */
async function railsOf(chain: Chain, id: number): Promise<{ heavy: number; parent: number }[]> {
  const { registry, fromBlock } = chain.deployment;
  const range = { address: registry, abi: registryAbi, fromBlock, strict: true, args: { id } } as const;
  const [registered, changed, nodes] = await Promise.all([
    chain.ask('the log of Registered', (client) => client.getContractEvents({ ...range, eventName: 'Registered' })),
    chain.ask('the log of ParentChanged', (client) => client.getContractEvents({ ...range, eventName: 'ParentChanged' })),
    listNodes(chain),
  ]);
  const parents = [...new Set([...registered, ...changed].map(({ args }) => args.parent))];
  const ids = nodes.filter(({ tier }) => tier === 'heavy').map((node) => node.id);
  return ids.flatMap((heavy) => parents.map((parent) => ({ heavy, parent })));
}

async function flowOf(chain: Chain, provider: number, rail: { heavy: number; parent: number }): Promise<{ perEpoch: bigint; unsettled: bigint }> {
  const { rate, fee, settledEpoch } = await readRail(chain, { provider, ...rail });
  const perEpoch = rate - fee;
  if (rate === 0n) return { perEpoch: 0n, unsettled: 0n };
  const proven = await provenEpochs(chain, { provider, from: settledEpoch, to: await currentEpoch(chain) });
  return { perEpoch, unsettled: perEpoch * BigInt(proven) };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
