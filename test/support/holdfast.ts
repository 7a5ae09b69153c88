import { createPublicClient, createWalletClient, http, parseEther } from 'viem';
import { hardhat } from 'viem/chains';
import { createChain } from '../../offchain/chain/client.ts';
import type { ChainOptions } from '../../offchain/chain/client.ts';
import { deployHoldfast } from '../../offchain/chain/deploy.ts';
import type { Deployment } from '../../offchain/chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { DEVNET, DEVNET_SALE_RATE, DEVNET_SUPPLY } from '../../offchain/chain/devnet-parameters.ts';
import type { NetworkParameters } from '../../offchain/chain/devnet-parameters.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { addStake } from '../../offchain/chain/add-stake.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { startChain } from './chain.ts';
import { paced } from './pace.ts';

export interface TestHoldfast {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** The chain seen by devnet account `index`. Account 0 deployed everything. */
  as(index: number, options?: Partial<ChainOptions>): Promise<Chain>;
  /** Lets the chain's clock jump and mines a block. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** A chain process with all contracts deployed, for one test file. Epochs are long, so that only `advance` ends one. */
export async function startHoldfast(overrides: Partial<NetworkParameters> = {}): Promise<TestHoldfast> {
  const node = await startChain();
  const parameters = { ...DEVNET, healthBps: 0, ...overrides, epochSeconds: paced(overrides.epochSeconds ?? 10_000) };
  const transport = http(node.rpcUrl);
  const walletClient = createWalletClient({ account: devAccount(0, DEV_CHAIN_ID), chain: hardhat, transport, pollingInterval: 50 });
  const publicClient = createPublicClient({ chain: hardhat, transport, pollingInterval: 50 });
  const { stakeEpochs, withdrawalEpochs } = parameters;
  const common = { stakeEpochs, withdrawalEpochs, saleRate: DEVNET_SALE_RATE, supply: DEVNET_SUPPLY };
  const deployment = await deployHoldfast({ walletClient, publicClient, clock: parameters, parameters, ...common });
  return {
    rpcUrl: node.rpcUrl,
    deployment,
    as: (index, options) =>
      createChain({ rpcUrls: [node.rpcUrl], deployment, account: devAccount(index, DEV_CHAIN_ID), pollMs: 50, ...options }),
    advance: async (seconds) => {
      await publicClient.request({ method: 'evm_increaseTime', params: [seconds] } as never);
      await publicClient.request({ method: 'evm_mine', params: [] } as never);
    },
    stop: () => node.stop(),
  };
}

/** Registers a heavy node (id 1, account 1) and `count` providers below it (ids from 2, accounts from 2, one region each), with stake. */
export async function registerNodes(holdfast: TestHoldfast, count: number): Promise<{ heavy: Chain; providers: Chain[] }> {
  const heavy = await holdfast.as(1);
  await registerNode(heavy, { tier: 'heavy', region: 1, payout: addressOf(heavy), endpoint: 'http://127.0.0.1:1' });
  const providers: Chain[] = [];
  for (let i = 0; i < count; i++) {
    const provider = await holdfast.as(2 + i);
    await buyTokens(provider, { coin: parseEther('1') });
    const { id } = await registerNode(provider, { tier: 'standard', region: i + 1, parent: 1, payout: addressOf(provider), endpoint: `http://127.0.0.1:${2 + i}` });
    await addStake(provider, { id, amount: parseEther('100') });
    providers.push(provider);
  }
  return { heavy, providers };
}

export function addressOf(chain: Chain): `0x${string}` {
  const { account } = chain;
  if (account === undefined || !('address' in account)) throw new Error('a chain without a key');
  return account.address;
}
