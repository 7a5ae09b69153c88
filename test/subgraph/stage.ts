import { maxUint256 } from 'viem';
import type { Address } from 'viem';
import { channelsAbi, commonsAbi, endowmentAbi, rewardsAbi, saleAbi } from '../../offchain/chain/generated/abi.ts';
import type { Deployment } from '../../offchain/chain/deployment.ts';
import { accountOf, type Contract } from '../support/contracts/evm.ts';
import { createWorld, TOKEN, type NodeActor, type World } from '../support/contracts/world.ts';

export const PERIOD = 6;
export const CLOSING_SECONDS = 3_000;
const CONTRACTS = { Sale: saleAbi, Channels: channelsAbi, Endowment: endowmentAbi, Commons: commonsAbi, Rewards: rewardsAbi };

/** A world with every contract that sends events, and people with tokens who let them collect. */
export interface Stage {
  readonly world: World;
  readonly sale: Contract;
  readonly channels: Contract;
  readonly endowment: Contract;
  readonly commons: Contract;
  readonly rewards: Contract;
  readonly vault: Contract;
  readonly deployment: Deployment;
  readonly providers: NodeActor[];
  readonly stranger: Address;
}

export async function setStage(): Promise<Stage> {
  // Every provider has a parent of its own or the same as its creator's: fees are split and not split. Judged by health, so that the network falls into repair-only mode.
  const created = await createWorld({ providers: 8, heavies: 2, epochsPerPeriod: PERIOD, stakeEpochs: 20, parameters: { healthBps: 3_000, healthEpochs: 4 } });
  // One of them gets another key on the way, and the world's builders sign with what they find here.
  const providers = [...created.providers];
  return furnish({ ...created, providers }, providers);
}

/** Every other contract beside a world's own. */
export async function furnish(world: World, providers: NodeActor[]): Promise<Stage> {
  const { evm, token, market, registry, treasury } = world;
  const deploy = async (name: keyof typeof CONTRACTS, args: readonly unknown[]): Promise<Contract> => ({ address: (await evm.deploy(name, args)).address, abi: CONTRACTS[name] });
  const sale = await deploy('Sale', [token.address, 1_000n, treasury.address]);
  const channels = await deploy('Channels', [token.address, registry.address, BigInt(CLOSING_SECONDS)]);
  const endowment = await deploy('Endowment', [market.address]);
  const commons = await deploy('Commons', [market.address]);
  const rewards = await deploy('Rewards', [market.address, TOKEN]);
  const vault = await evm.deploy('Vault', [token.address]);
  const stranger = accountOf('stranger').address;
  const give = (to: Address, amount: bigint) => evm.send(treasury.address, token, 'transfer', [to, amount]);
  await give(sale.address, 10n ** 6n * TOKEN);
  await give(rewards.address, 10n * TOKEN);
  await give(stranger, 10n ** 6n * TOKEN);
  for (const spender of [market, channels, endowment, commons]) await evm.send(stranger, token, 'approve', [spender.address, maxUint256]);
  const at = (contract: Contract): Address => contract.address;
  const deployment: Deployment = {
    chainId: evm.chainId, token: at(token), sale: at(sale), registry: at(registry), market: at(market), lens: at(world.lens), manager: at(world.manager), channels: at(channels),
    endowment: at(endowment), commons: at(commons), rewards: at(rewards), fromBlock: 0n,
  };
  return { world, sale, channels, endowment, commons, rewards, vault, deployment, providers, stranger };
}
