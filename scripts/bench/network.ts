// A whole market for one benchmark: a local chain, one heavy node, and real providers on real disks, none of them in the caller's process.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEther, toHex } from 'viem';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { createChain } from '../../offchain/chain/client.ts';
import type { Chain } from '../../offchain/chain/client.ts';
import { devAccount, DEV_CHAIN_ID } from '../../offchain/chain/dev-accounts.ts';
import { type Deployment, formatDeployment } from '../../offchain/chain/deployment.ts';
import { type NetworkParameters, PRODUCTION } from '../../offchain/chain/devnet-parameters.ts';
import { startLocalChain } from '../../offchain/chain/local-chain.ts';
import { deployDevnet } from '../../offchain/cli/devnet/deploy-devnet.ts';
import { createClient } from '../../offchain/client/client.ts';
import { rent } from '../../offchain/client/rent.ts';
import type { ClientAnswer, ClientOrder } from './client.ts';
import { compiled } from './compiled.ts';
import { type CpuTimes, cpuSum } from './cpu-times.ts';
import type { HostAnswer, HostOrder } from './host.ts';

const HOST = compiled('host.ts');
const CLIENT = compiled('client.ts');
const HEAVY_ACCOUNT = 1;
const FIRST_PROVIDER_ACCOUNT = 2;
const CREATOR_ACCOUNT = 19;
const PRICE = 10n ** 12n;

export interface BenchNetwork {
  readonly folder: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** An agreement over all providers with room for `spaceBytes`. Returns the providers in slot order. */
  rent(options: { readonly spaceBytes: number; readonly batchLog2: number }): Promise<readonly number[]>;
  /** One verb of the creator in a process of its own; `home` names a home folder, which may be new. */
  run(order: Pick<ClientOrder, 'home' | 'name' | 'path' | 'into'>): Promise<ClientAnswer>;
  /** Switches providers off for good. */
  end(providers: readonly number[]): Promise<void>;
  /** What all providers and the heavy node have taken so far. */
  cpuTimes(): Promise<CpuTimes>;
  stop(): Promise<void>;
}

export interface NetworkOptions {
  readonly folder: string;
  readonly providers: number;
  readonly hosts: number;
  readonly scheme: { readonly k: number; readonly m: number };
  readonly parameters?: NetworkParameters;
}

/** `hosts`: processes that share the providers, one for each core is enough: more would only take turns on the same cores. */
export async function startNetwork(options: NetworkOptions): Promise<BenchNetwork> {
  // Epochs of two hours: no proof falls into the measurement of a transfer.
  const { folder, scheme, parameters = { ...PRODUCTION, healthBps: 0 } } = options;
  await mkdir(folder, { recursive: true });
  const local = await startLocalChain();
  const hosts = Array.from({ length: options.hosts }, () => startHost());
  const hostOf = new Map<number, Host>();
  const stop = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.stop()));
    await local.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { rpcUrl } = local;
    const { deployment } = await deployDevnet({ rpcUrl, parameters, deploymentPath: join(folder, 'deployment.json') });
    const as = (account: number): Promise<Chain> => createChain({ rpcUrls: [rpcUrl], deployment, account: devAccount(account, DEV_CHAIN_ID), pollMs: 50 });
    const told = { rpcUrl, deployment: formatDeployment(deployment) };
    const heavy = await first(hosts).tell({ do: 'heavy', ...told, account: HEAVY_ACCOUNT, home: join(folder, 'heavy') });
    for (let i = 0; i < options.providers; i++) {
      const account = await providerAccount(rpcUrl, i);
      await buyTokens(await as(account), { coin: parseEther('10') });
      const host = hosts[i % hosts.length] as Host;
      const id = await host.tell({
        do: 'provider', ...told, account, home: join(folder, `provider-${i}`), parent: heavy, region: i + 1,
        capacityBytes: String(2n ** 40n), stake: String(parseEther('9000')), price: String(PRICE),
      });
      hostOf.set(id, host);
    }
    await buyTokens(await as(CREATOR_ACCOUNT), { coin: parseEther('1000') });
    const homeOf = (name: string): string => join(folder, `home-${name}`);
    // With the environment of an installed program's uploads and downloads.
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
    return {
      folder, rpcUrl, deployment, stop,
      async rent({ spaceBytes, batchLog2 }) {
        const client = await createClient({ chain: await as(CREATOR_ACCOUNT), home: homeOf('rent') });
        try {
          const { providers } = await rent(client, { scheme, batchLog2, quota: Math.ceil(spaceBytes / 2 ** batchLog2) + 2, periods: 1, priceLimit: 2n ** 60n });
          return providers.map(({ provider }) => provider);
        } finally {
          await client.close();
        }
      },
      run: (order) => runClient({ ...told, account: CREATOR_ACCOUNT, ...order, home: homeOf(order.home) }, env),
      end: async (providers) => void (await Promise.all(providers.map((id) => hostOf.get(id)?.tell({ do: 'end', id })))),
      cpuTimes: async () => cpuSum(await Promise.all(hosts.map((host) => host.cpuTimes()))),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The devnet gives its coin to twenty accounts; providers beyond them get theirs from it directly. */
async function providerAccount(rpcUrl: string, i: number): Promise<number> {
  const account = FIRST_PROVIDER_ACCOUNT + i;
  if (account < CREATOR_ACCOUNT) return account;
  const { address } = devAccount(account + 1, DEV_CHAIN_ID);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hardhat_setBalance', params: [address, toHex(parseEther('1000'))] });
  await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return account + 1;
}

interface Host {
  tell(order: HostOrder): Promise<number>;
  cpuTimes(): Promise<CpuTimes>;
  stop(): Promise<void>;
}

function startHost(): Host {
  const child = fork(HOST, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  let last: Promise<unknown> = Promise.resolve();
  const ask = (order: HostOrder): Promise<HostAnswer> => {
    const answer = last.then(() => exchange(child, order));
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    async tell(order) {
      const answer = await ask(order);
      if (!('id' in answer)) throw new Error(`the host answered ${JSON.stringify(answer)} to ${order.do}`);
      return answer.id;
    },
    async cpuTimes() {
      const answer = await ask({ do: 'cpu' });
      if (!('cpuSeconds' in answer)) throw new Error(`the host answered ${JSON.stringify(answer)} to cpu`);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function runClient(order: ClientOrder, env: NodeJS.ProcessEnv): Promise<ClientAnswer> {
  const child = fork(CLIENT, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
  const exited = once(child, 'exit');
  const answered = once(child, 'message');
  child.send(order);
  const [answer] = (await Promise.race([answered, exited])) as [ClientAnswer | { readonly error: string } | number | null];
  await exited;
  if (answer === null || typeof answer === 'number') throw new Error(`the client ended with status ${answer}`);
  if ('error' in answer) throw new Error(answer.error);
  return answer;
}

async function exchange(child: ChildProcess, order: HostOrder): Promise<HostAnswer> {
  const answered = once(child, 'message');
  child.send(order);
  const [answer] = (await answered) as [HostAnswer];
  return answer;
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new RangeError('there must be at least one host');
  return item;
}
