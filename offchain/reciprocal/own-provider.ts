/** The provider half of the node: started as soon as there is a heavy node to belong to, and stake. */
import { join } from 'node:path';
import { keccak256 } from 'viem';
import type { LocalAccount } from 'viem';
import { z } from 'zod';
import type { NodeState } from '../chain/node-state.ts';
import { tokenBalance } from '../chain/read-money.ts';
import { readParameters } from '../chain/read-parameters.ts';
import type { Chain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { RetryPolicy } from '../chain/transport.ts';
import { type RunningProvider, startProvider } from '../provider/service.ts';
import type { Logger } from '../store/log.ts';
import { HoldfastError } from '../wire/errors.ts';
import { requestJson } from '../wire/http-client.ts';
import { formatTokens } from '../wire/tokens.ts';
import { type ReciprocalConfig, giveBytesOf } from './config.ts';
import { needs } from './funding.ts';
import type { Landscape } from './landscape.ts';

export interface OwnProviderOptions {
  readonly config: ReciprocalConfig;
  readonly home: string;
  readonly chain: Chain;
  readonly account: LocalAccount;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly confirmations?: number | undefined;
  readonly log: Logger;
}

const ANSWER_MS = 3_000;

/** @throws NO_HEAVY_NODE, STAKE_MISSING; what starting a provider throws */
export async function startOwnProvider(options: OwnProviderOptions, { own, heavies }: Landscape): Promise<RunningProvider> {
  const { config, account, rpcUrls, deployment, retry, confirmations, log } = options;
  const parent = config.parent ?? ownParent(own) ?? (await firstThatAnswers(heavies));
  if (parent === undefined) throw new HoldfastError('NO_HEAVY_NODE', 'No heavy node of the registry answers, so nobody can be given space yet.', { retryable: true, nextStep: 'Start one with `holdfast heavy start`, or wait.' });
  const stake = await stakeOf(options, own);
  return startProvider({
    config: {
      ...config.provider,
      home: join(options.home, 'provider'),
      region: config.region ?? own?.region ?? regionOf(account),
      parent,
      stake,
      capacityBytes: giveBytesOf(config),
      price: { perGibEpoch: config.pricePerGibEpoch },
      // Its own files are placed at this price: both change together, in the configuration.
      ownerTariff: false,
      // Earnings pay the own agreements, so they are fetched every period.
      paydayPeriods: 1,
    },
    rpcUrls, deployment, account, confirmations, log,
    ...(retry === undefined ? {} : { retry }),
  });
}

function ownParent(own: NodeState | undefined): number | undefined {
  return own === undefined || own.parent === 0 ? undefined : own.parent;
}

async function firstThatAnswers(heavies: readonly NodeState[]): Promise<number | undefined> {
  for (const { id, endpoint } of heavies) {
    const answer = await requestJson(`${endpoint.replace(/\/$/, '')}/status`, { schema: z.unknown(), timeoutMs: ANSWER_MS }).catch(() => undefined);
    if (answer !== undefined) return id;
  }
  return undefined;
}

/** What is staked already stays; the rest must be in the wallet. */
async function stakeOf({ config, chain, account }: OwnProviderOptions, own: NodeState | undefined): Promise<bigint> {
  const { stakeEpochs } = await readParameters(chain);
  const stake = config.stake ?? needs(config, { ...chain.clock, stakeEpochs }).stake;
  const missing = stake - (own === undefined ? 0n : own.stake - own.queued);
  const balance = await tokenBalance(chain, account.address);
  if (missing <= balance) return stake;
  throw new HoldfastError('STAKE_MISSING', `Giving space takes ${formatTokens(missing)} more of stake, and the wallet holds ${formatTokens(balance)}.`, {
    retryable: true,
    details: { missing: String(missing), balance: String(balance) },
    nextStep: '`holdfast reciprocal plan` says what to begin with: buy it, borrow it, or have it granted. It comes back.',
  });
}

/** A region of its own where none is named: the rule that no region holds too many slots must not keep a small network apart. */
function regionOf({ address }: LocalAccount): number {
  return 1 + Number(BigInt(keccak256(address)) % 65_535n);
}
