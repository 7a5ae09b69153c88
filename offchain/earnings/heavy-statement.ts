/** What a heavy node earned by its footprint: from the chain alone. All amounts are token units. */
import { asOf } from '../chain/as-of.ts';
import { marketAbi } from '../chain/generated/abi.ts';
import { owedTo, owedToNode } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import type { Chain } from '../chain/types.ts';
import { sum } from './amounts.ts';
import type { NodeFact } from './facts.ts';
import { momentOf } from './history.ts';
import type { Moment, ReadOptions } from './history.ts';
import { readNodeFacts } from './node-facts.ts';
import type { StatementHead } from './statement-head.ts';

export interface HeavyStatement extends StatementHead {
  /** Settled shares: as the creator's heavy node, and as a provider's parent. */
  readonly footprint: bigint;
  readonly asParent: bigint;
  /** Burned with payouts so far, and with the next one. */
  readonly burned: bigint;
  readonly toBurn: bigint;
  /** Bounties and rewards for reports that wait for the operator's `withdraw`. */
  readonly bounties: bigint;
}

export interface HeavyAccount {
  readonly statement: HeavyStatement;
  readonly moment: Moment;
  readonly facts: readonly NodeFact[];
}

export async function readHeavyAccount(chain: Chain, node: number, options: ReadOptions = {}): Promise<HeavyAccount> {
  const moment = await momentOf(chain);
  const then = asOf(chain, moment.block);
  const { operator, payout } = await readNode(then, node);
  const [contract, toBurn, bounties, facts] = await Promise.all([
    owedToNode(then, node),
    then.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'burnedFor', args: [node] }),
    owedTo(then, operator),
    readNodeFacts(chain, node, { ...options, moment, tier: 'heavy' }),
  ]);
  const shares = facts.map((fact) => (fact.kind === 'settled' ? sharesOf(fact, node) : { footprint: 0n, asParent: 0n }));
  const footprint = sum(shares.map((one) => one.footprint));
  const asParent = sum(shares.map((one) => one.asParent));
  const of = (kind: 'paid' | 'feesBurned') => sum(facts.map((fact) => (fact.kind === kind ? fact.amount : 0n)));
  const paid = of('paid');
  const owed = footprint + asParent - paid;
  return { statement: { node, operator, payout, block: moment.block, epoch: moment.epoch, footprint, asParent, paid, owed, unexplained: contract - owed, burned: of('feesBurned'), toBurn, bounties }, moment, facts };
}

export function sharesOf(fact: Extract<NodeFact, { kind: 'settled' }>, node: number): { footprint: bigint; asParent: bigint } {
  return { footprint: fact.heavy === node ? fact.fee : 0n, asParent: fact.parent === node && fact.heavy !== node ? fact.parentFee : 0n };
}
