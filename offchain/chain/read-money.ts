import type { Address } from 'viem';
import { marketAbi, saleAbi, tokenAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** All amounts here are token units, except `coinBalance`. */

export async function tokenBalance(chain: Chain, account: Address): Promise<bigint> {
  return chain.read({ address: chain.deployment.token, abi: tokenAbi, functionName: 'balanceOf', args: [account] });
}

/** The chain's coin, in its smallest unit. */
export async function coinBalance(chain: Chain, account: Address): Promise<bigint> {
  return chain.ask('the balance', (client) => client.getBalance({ address: account }));
}

/** Refunds, compensations and rewards that `withdraw` pays. */
export async function owedTo(chain: Chain, account: Address): Promise<bigint> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'owedTo', args: [account] });
}

/** Settled earnings that `withdrawNode` pays. */
export async function owedToNode(chain: Chain, id: number): Promise<bigint> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'owedToNode', args: [id] });
}

/** Token units for one unit of coin. */
export async function saleRate(chain: Chain): Promise<bigint> {
  return chain.read({ address: chain.deployment.sale, abi: saleAbi, functionName: 'rate' });
}

/** A money stream: token units per proven epoch, the heavy nodes' share of it, and the first epoch not settled. */
export async function readRail(
  chain: Chain,
  rail: { provider: number; heavy: number; parent: number },
): Promise<{ rate: bigint; fee: bigint; settledEpoch: number }> {
  const [rate, fee, settledEpoch] = await chain.read({
    address: chain.deployment.market,
    abi: marketAbi,
    functionName: 'railOf',
    args: [rail.provider, rail.heavy, rail.parent],
  });
  return { rate, fee, settledEpoch };
}
