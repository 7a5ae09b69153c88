import type { Deployment } from '../../offchain/chain/deployment.ts';
import { channelsAbi, commonsAbi, endowmentAbi, lensAbi, marketAbi, registryAbi, rewardsAbi, tokenAbi } from '../../offchain/chain/generated/abi.ts';
import type { ChainAt } from './chain-at.ts';
import { compareAgreements } from './compare-agreements.ts';
import { compareMoney } from './compare-money.ts';
import { compareNodes } from './compare-nodes.ts';
import type { Row, Snapshot } from './snapshot.ts';

export interface Sides {
  readonly snapshot: Snapshot;
  readonly chain: ChainAt;
  readonly contracts: ReturnType<typeof contractsOf>;
  /** Notes a field that is not as the chain has it; `field` counts as compared. */
  same(of: string, field: string, indexed: unknown, onChain: unknown): void;
}

export interface Comparison {
  readonly block: number;
  /** Fields compared, by entity type. */
  readonly fields: ReadonlyMap<string, number>;
  /** `Type.field` of each that was compared at least once; of those, the ones that were not nothing each time (null, 0, false, empty). */
  readonly compared: ReadonlySet<string>;
  readonly telling: ReadonlySet<string>;
  /** One sentence per field that differs. */
  readonly differences: readonly string[];
}

export function contractsOf(deployment: Deployment) {
  const at = (address: `0x${string}` | undefined) => address as `0x${string}`;
  return {
    token: { address: deployment.token, abi: tokenAbi },
    registry: { address: deployment.registry, abi: registryAbi },
    market: { address: deployment.market, abi: marketAbi },
    lens: { address: deployment.lens, abi: lensAbi },
    channels: { address: at(deployment.channels), abi: channelsAbi },
    endowment: { address: at(deployment.endowment), abi: endowmentAbi },
    commons: { address: at(deployment.commons), abi: commonsAbi },
    rewards: { address: at(deployment.rewards), abi: rewardsAbi },
  } as const;
}

/** Holds every entity that the chain can speak about against the chain's views at the same block; `more` compares what else there is. */
export async function compare(snapshot: Snapshot, chain: ChainAt, deployment: Deployment, more: (sides: Sides) => Promise<void> = async () => undefined): Promise<Comparison> {
  const fields = new Map<string, number>();
  const compared = new Set<string>();
  const telling = new Set<string>();
  const differences: string[] = [];
  const sides: Sides = {
    snapshot,
    chain,
    contracts: contractsOf(deployment),
    same(of, field, indexed, onChain) {
      const type = of.split(' ')[0]!;
      fields.set(type, (fields.get(type) ?? 0) + 1);
      compared.add(`${type}.${field}`);
      const [left, right] = [plain(indexed), plain(onChain)];
      if (!NOTHING.has(right)) telling.add(`${type}.${field}`);
      if (left !== right) differences.push(`block ${chain.block}: ${of}.${field} is ${left}, on the chain ${right}`);
    },
  };
  await compareNodes(sides);
  await compareAgreements(sides);
  await compareMoney(sides);
  await more(sides);
  return { block: chain.block, fields, compared, telling, differences };
}

const NOTHING = new Set(['null', 'undefined', '0', 'false', '', '0x', `0x${'0'.repeat(40)}`, `0x${'0'.repeat(64)}`]);

/** Numbers of all kinds alike; addresses in lower case. */
function plain(value: unknown): string {
  return String(value).toLowerCase();
}

/** All fields of `names` against those of a struct of the same names. */
export function sameFields(sides: Sides, of: string, row: Row, struct: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) sides.same(of, name, row[name], struct[name]);
}
