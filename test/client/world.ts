/** A whole small network in one process, for tests: a real chain, two heavy nodes, real providers on real disks. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import type { ChainOptions } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import type { NetworkParameters } from '../../offchain/chain/devnet-parameters.ts';
import { type ClientOptions, type NodeClient, createClient } from '../../offchain/client/client.ts';
import { type Rented, type RentOptions, rent } from '../../offchain/client/rent.ts';
import { type RunningHeavy, startHeavy } from '../../offchain/heavy/service.ts';
import type { HeavySettingsInput } from '../../offchain/heavy/settings.ts';
import type { ProviderConfigInput } from '../../offchain/provider/config.ts';
import { type RunningProvider, startProvider } from '../../offchain/provider/service.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { type TestHoldfast, startHoldfast } from '../support/holdfast.ts';
import { writeSampleTree } from './tree.ts';
import { type Valve, startValve } from './valve.ts';

export const PRICE = 2n ** 34n;
const QUIET = createLogger({ name: 'test', write: () => undefined });
const HEAVY_ACCOUNTS = [1, 2] as const;
const FIRST_PROVIDER_ACCOUNT = 3;

export interface World {
  readonly holdfast: TestHoldfast;
  readonly folder: string;
  readonly heavies: readonly RunningHeavy[];
  readonly providers: readonly RunningProvider[];
  /** A client of devnet account `account`, in a home folder of its own or in a named one. */
  client(options: { readonly account: number; readonly home?: string; readonly chain?: Partial<ChainOptions> } & Omit<Partial<ClientOptions>, 'chain' | 'home'>): Promise<NodeClient>;
  /** Ends a provider as if its machine was switched off. */
  stopProvider(id: number): Promise<void>;
  /** From now on the provider takes connections and says nothing, until `wake`. */
  stall(id: number): void;
  wake(id: number): void;
  /** From now on everything to and from the provider goes through another server. Returns where the provider itself listens. */
  redirect(id: number, port?: number): string;
  /** Flips one bit in every KiB of every fragment that the provider keeps. */
  corruptProvider(id: number): Promise<number>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly providers: number;
  readonly parameters?: Partial<NetworkParameters>;
  /** What provider `index` asks for reads; nothing where absent. */
  readonly reads?: (index: number) => NonNullable<ProviderConfigInput['reads']>;
  /** Of the heavy nodes. */
  readonly heavy?: Omit<HeavySettingsInput, 'home'>;
  /** How often providers look whether there is something to prove. */
  readonly tickMs?: number;
}

/** Accounts 1 and 2 run heavy nodes, the next ones providers; creators take accounts from 12 on. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const holdfast = await startHoldfast(options.parameters);
  try {
    return await startNodes(holdfast, options);
  } catch (error) {
    await holdfast.stop();
    throw error;
  }
}

async function startNodes(holdfast: TestHoldfast, { providers: count, reads, heavy, tickMs }: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-client-'));
  const { rpcUrl, deployment } = holdfast;
  const heavies: RunningHeavy[] = [];
  for (const account of HEAVY_ACCOUNTS) {
    heavies.push(await startHeavy({
      rpcUrls: [rpcUrl], deployment,
      account: devAccount(account, DEV_CHAIN_ID),
      settings: { ...heavy, home: join(folder, `heavy-${account}`), loops: { directoryMs: 20, ...heavy?.loops } },
      write: () => undefined,
    }));
  }
  const providers: RunningProvider[] = [];
  const running = new Set<RunningProvider>();
  const valves = new Map<number, Valve>();
  for (let i = 0; i < count; i++) {
    const index = FIRST_PROVIDER_ACCOUNT + i;
    await buyTokens(await holdfast.as(index), { coin: parseEther('10') });
    const valve = await startValve();
    const provider = await startProvider({
      config: {
        home: join(folder, `provider-${i}`),
        region: i + 1,
        endpoint: valve.url,
        parent: heavies[i % heavies.length]?.id ?? 1,
        stake: parseEther('1000'),
        capacityBytes: 1n << 30n,
        price: { perBatchEpoch: PRICE },
        reads: reads?.(i) ?? {},
        ...(tickMs === undefined ? {} : { tickMs }),
      },
      rpcUrls: [rpcUrl], deployment, account: devAccount(index, DEV_CHAIN_ID), log: QUIET,
    });
    providers.push(provider);
    valve.lead(Number(new URL(provider.url).port));
    valves.set(provider.id, valve);
    running.add(provider);
  }
  const clients = new Set<NodeClient>();
  const find = (id: number): RunningProvider => {
    const provider = providers.find((one) => one.id === id);
    if (provider === undefined) throw new Error(`no provider ${id}`);
    return provider;
  };
  let homes = 0;
  return {
    holdfast, folder, heavies, providers,
    async client({ account, home, chain, ...rest }) {
      const client = await createClient({ chain: await holdfast.as(account, chain), home: home ?? join(folder, `home-${homes++}`), ...rest });
      clients.add(client);
      return client;
    },
    async stopProvider(id) {
      const provider = find(id);
      await valves.get(id)?.stop();
      if (running.delete(provider)) await provider.stop();
    },
    stall: (id) => valves.get(id)?.shut(),
    wake: (id) => valves.get(id)?.open(),
    redirect(id, port) {
      const { url } = find(id);
      valves.get(id)?.lead(port ?? Number(new URL(url).port));
      return url;
    },
    corruptProvider: (id) => corruptFiles(find(id).provider.config.home),
    async stop() {
      await Promise.all([...clients].map((client) => client.close()));
      for (const valve of valves.values()) await valve.stop();
      await Promise.all([...running].map((provider) => provider.stop()));
      await Promise.all(heavies.map((heavy) => heavy.stop()));
      await holdfast.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A client with tokens and an agreement. */
export async function rentedClient(
  world: World,
  options: { readonly account: number; readonly home?: string } & Partial<RentOptions> & Pick<ClientOptions, 'policy'>,
): Promise<{ client: NodeClient; rented: Rented }> {
  const { account, home, policy, ...terms } = options;
  const client = await world.client({ account, ...(home === undefined ? {} : { home }), policy });
  await buyTokens(client.chain, { coin: parseEther('10') });
  const rented = await rent(client, { scheme: { k: 2, m: 2 }, batchLog2: 17, quota: 200, periods: 2, priceLimit: PRICE, ...terms });
  return { client, rented };
}

/** Of tests that let slots be late or die: what they wait for is soon over. */
export const HASTY = { retryPauseMs: 20, graceMs: 400, lateUnmeasuredMs: 300, lateMaxMs: 1_000, idleMs: 5_000 };

export interface DefaultScheme {
  readonly world: World;
  readonly client: NodeClient;
  readonly rented: Rented;
  /** A folder with a sample of everything, not stored. */
  readonly tree: string;
}

/** Devnet account `account` rents at 10+6. With one provider to spare: right after their start not everybody answers in time on a busy machine. */
export async function startDefaultScheme(account: number): Promise<DefaultScheme> {
  const world = await startWorld({ providers: 17 });
  const { client, rented } = await rentedClient(world, { account, scheme: { k: 10, m: 6 }, batchLog2: 20, quota: 60, periods: 2, priceLimit: PRICE, policy: HASTY });
  return { world, client, rented, tree: await writeSampleTree(join(world.folder, 'tree')) };
}

async function corruptFiles(home: string): Promise<number> {
  let corrupted = 0;
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.includes('.db') || entry.name.endsWith('.tree')) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 1024) bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
    corrupted++;
  }
  return corrupted;
}
