/** A heavy node's money without its service: for the command line. */
import { marketAbi } from '../chain/generated/abi.ts';
import { owedTo, owedToNode } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { settle } from '../chain/settle.ts';
import { unlessPaid, withdraw, withdrawNode } from '../chain/withdraw.ts';
import type { Chain } from '../chain/types.ts';
import { createFootprint } from './footprint.ts';
import { flowingRails } from './money.ts';

/** Token units. */
export interface Fees {
  readonly heavy: number;
  /** Settled and not yet paid. */
  readonly owed: bigint;
  /** The share of the fees that is burned with the next payout. */
  readonly toBurn: bigint;
  /** Bounties and rewards of the operator. */
  readonly rewards: bigint;
}

export async function readFees(chain: Chain, heavy: number): Promise<Fees> {
  const { operator } = await readNode(chain, heavy);
  const [owed, toBurn, rewards] = await Promise.all([
    owedToNode(chain, heavy),
    chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'burnedFor', args: [heavy] }),
    owedTo(chain, operator),
  ]);
  return { heavy, owed, toBurn, rewards };
}

/** Settles every rail with the node's footprint and pays what is owed. `rails`: how many were settled. */
export async function collectFees(chain: Chain, heavy: number): Promise<{ heavy: number; rails: number; fees: bigint; rewards: bigint }> {
  const rails = await flowingRails({ chain, id: heavy }, createFootprint({ chain, id: heavy }));
  for (const rail of rails) await settle(chain, rail);
  const { owed, rewards } = await readFees(chain, heavy);
  const fees = owed === 0n ? 0n : await unlessPaid(withdrawNode(chain, { id: heavy }));
  return { heavy, rails: rails.length, fees, rewards: rewards === 0n ? 0n : await unlessPaid(withdraw(chain)) };
}
