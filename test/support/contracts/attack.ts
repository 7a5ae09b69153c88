import { maxUint256, type Address } from 'viem';
import { accountOf, type Contract } from './evm.ts';
import { balanceOf, owedTo, owedToNode } from './books.ts';
import { TOKEN, type NodeActor, type World } from './world.ts';

/** Everybody who acts for one purse. */
export interface Gang {
  readonly accounts?: readonly Address[];
  readonly nodes?: readonly NodeActor[];
}

/** Token units in a gang's hands: balances, what market and heavy nodes owe it, stake. Prepaid rent is not in it until it is earned or refunded. */
export async function wealthOf(world: World, { accounts = [], nodes = [] }: Gang): Promise<bigint> {
  let total = 0n;
  for (const account of accounts) total += (await balanceOf(world, account)) + (await owedTo(world, account));
  for (const { id, payout } of nodes) {
    const [stake] = await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]);
    total += (await balanceOf(world, payout)) + (await owedToNode(world, id)) + stake;
  }
  return total;
}

/** An account with tokens that it lets `spender` take. */
export async function adversary(world: World, label: string, options: { tokens?: bigint; spender?: Contract } = {}): Promise<ReturnType<typeof accountOf>> {
  const account = accountOf(label);
  await world.evm.send(world.treasury.address, world.token, 'transfer', [account.address, options.tokens ?? 1000n * TOKEN]);
  await world.evm.send(account.address, world.token, 'approve', [(options.spender ?? world.market).address, maxUint256]);
  return account;
}

export const stakeOf = async (world: World, { id }: NodeActor): Promise<bigint> => (await world.evm.read<[bigint, bigint, number]>(world.registry, 'stakes', [id]))[0];
