/** A dozen real providers, two real heavy nodes and a real creator, on one in-process chain, in virtual time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicClient, createWalletClient, http, parseEther } from 'viem';
import { hardhat } from 'viem/chains';
import { buyTokens } from '../../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../../offchain/chain/client.ts';
import { deployHoldfast } from '../../../offchain/chain/deploy.ts';
import type { Deployment } from '../../../offchain/chain/deployment.ts';
import { DEV_CHAIN_ID, devAccount } from '../../../offchain/chain/dev-accounts.ts';
import { DEVNET_SALE_RATE, DEVNET_SUPPLY, PRODUCTION } from '../../../offchain/chain/devnet-parameters.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { createClient } from '../../../offchain/client/client.ts';
import type { Client } from '../../../offchain/client/client.ts';
import { startHeavy } from '../../../offchain/heavy/service.ts';
import type { RunningHeavy } from '../../../offchain/heavy/service.ts';
import { startProvider } from '../../../offchain/provider/service.ts';
import type { RunningProvider } from '../../../offchain/provider/service.ts';
import { createLogger } from '../../../offchain/store/log.ts';
import type { SimDice } from '../dice.ts';
import { Names, urlOf } from './names.ts';
import { CHAIN_URL, Rpc } from './rpc.ts';
import { VirtualTime } from './virtual-time.ts';

export const START_MS = Date.UTC(2026, 0, 2);
export const PRICE = 2n ** 34n;
const HEAVIES = 2;
const CREATOR = 19;
/** Each loop ticks so often in an epoch; the services would tick more often. */
const TICKS_PER_EPOCH = 4;

/** The production's, with faults and repairs of hours instead of days, so that a run of two days has many. */
export const PARAMETERS = { ...PRODUCTION, standard: { ...PRODUCTION.standard, faultRun: 3, slashEpochs: 24 }, healthBps: 0 };

export interface Node {
  readonly name: string;
  readonly home: string;
}

export interface ProviderNode extends Node {
  readonly running: RunningProvider;
}

export interface Town {
  readonly time: VirtualTime;
  readonly names: Names;
  readonly rpc: Rpc;
  readonly deployment: Deployment;
  readonly folder: string;
  readonly heavies: readonly (Node & { readonly running: RunningHeavy })[];
  readonly providers: readonly ProviderNode[];
  readonly client: Client;
  /** Reads only. */
  readonly chain: Chain;
  /** Lines of all services' logs, as they came. */
  readonly lines: string[];
  stop(): Promise<void>;
}

export async function startTown(options: { readonly providers: number; readonly dice: SimDice }): Promise<Town> {
  const { dice } = options;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-sim-'));
  const names = new Names();
  const time = new VirtualTime({ startMs: START_MS, leastPauseMs: (PARAMETERS.epochSeconds * 1_000) / TICKS_PER_EPOCH, dice: dice.fork() });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
    time.release();
    names.release();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const rpc = await Rpc.start(() => time.nowMs);
    stops.push(() => rpc.stop());
    await rpc.tick();
    const rpcUrls = [CHAIN_URL];
    const deployment = await deploy(CHAIN_URL);
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const chainOf = (index: number) => createChain({ rpcUrls, deployment, account: devAccount(index, DEV_CHAIN_ID), pollMs: 20 });

    const heavies: (Node & { running: RunningHeavy })[] = [];
    for (let i = 0; i < HEAVIES; i += 1) {
      const name = `h${i}.sim`;
      const home = join(folder, name);
      const settings = { home, endpoint: urlOf(name), region: i, p2p: { enabled: false } };
      await buyTokens(await chainOf(1 + i), { coin: parseEther('10') });
      const running = await time.as(name, dice.fork(), () => startHeavy({ rpcUrls, deployment, account: devAccount(1 + i, DEV_CHAIN_ID), settings, write }));
      names.lead(name, running.url);
      stops.push(() => running.stop());
      heavies.push({ name, home, running });
      await time.settle();
    }
    const providers: ProviderNode[] = [];
    for (let i = 0; i < options.providers; i += 1) {
      const name = `p${i}.sim`;
      const home = join(folder, name);
      const index = 1 + HEAVIES + i;
      await buyTokens(await chainOf(index), { coin: parseEther('10') });
      const config = { home, endpoint: urlOf(name), region: 10 + i, parent: heavies[i % HEAVIES]!.running.id, stake: parseEther('1000'), capacityBytes: 2n ** 30n, price: { perBatchEpoch: PRICE }, p2p: { enabled: false } };
      const running = await time.as(name, dice.fork(), () => startProvider({ config, rpcUrls, deployment, account: devAccount(index, DEV_CHAIN_ID), log: createLogger({ name, write }) }));
      names.lead(name, running.url);
      stops.push(() => running.stop());
      providers.push({ name, home, running });
      await time.settle();
    }
    const chain = await chainOf(CREATOR);
    await buyTokens(chain, { coin: parseEther('100') });
    const client = await time.as('creator', dice.fork(), () => createClient({ chain, home: join(folder, 'creator'), heavies: heavies.map(({ name }) => urlOf(name)) }));
    stops.push(() => client.close());
    return { time, names, rpc, deployment, folder, heavies, providers, client, chain, lines, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function deploy(rpcUrl: string): Promise<Deployment> {
  const transport = http(rpcUrl);
  const walletClient = createWalletClient({ account: devAccount(0, DEV_CHAIN_ID), chain: hardhat, transport, pollingInterval: 20 });
  const publicClient = createPublicClient({ chain: hardhat, transport, pollingInterval: 20 });
  const { stakeEpochs, withdrawalEpochs } = PARAMETERS;
  return deployHoldfast({ walletClient, publicClient, clock: PARAMETERS, parameters: PARAMETERS, stakeEpochs, withdrawalEpochs, saleRate: DEVNET_SALE_RATE, supply: DEVNET_SUPPLY });
}
