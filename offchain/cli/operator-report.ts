import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import { namedOperator } from '../chain/operator-key.ts';
import { readNode } from '../chain/read-node.ts';

export interface Operator {
  readonly node: number;
  readonly tier: string;
  /** The hot key that acts for it. */
  readonly operator: Address;
  /** Where earnings and stake go; it names the next key. */
  readonly payout: Address;
  /** May take over. */
  readonly named?: Address;
}

export async function operatorOf(chain: Chain, id: number): Promise<Operator> {
  const [{ tier, operator, payout }, named] = await Promise.all([readNode(chain, id), namedOperator(chain, id)]);
  return { node: id, tier, operator, payout, ...(named === undefined ? {} : { named }) };
}

export function operatorLines({ node, tier, operator, payout, named }: Operator): string[] {
  return [
    `Node      ${node} (${tier})`,
    `Operator  ${operator}`,
    `Payout    ${payout}${payout === operator ? ', which is the operator itself: a stolen key takes everything' : ''}`,
    ...(named === undefined ? [] : [`Named     ${named} may take over: holdfast operator accept ${node}`]),
  ];
}
