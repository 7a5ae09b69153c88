import { createPublicClient, createWalletClient } from 'viem';
import type { Account, Chain as ViemChain, PublicClient, Transport } from 'viem';
import { holdfastDomain } from '../wire/typed-data.ts';
import type { Signer } from '../wire/typed-data.ts';
import { ChainError, WrongChainError } from './chain-errors.ts';
import type { Deployment } from './deployment.ts';
import { DEV_CHAIN_ID, refuseDevAccount } from './dev-accounts.ts';
import { boundLag, estimateNow } from './epoch.ts';
import type { Clock } from './epoch.ts';
import { marketAbi } from './generated/abi.ts';
import { sendTransaction } from './send.ts';
import type { AnySend } from './send.ts';
import { translateError } from './translate-error.ts';
import { DEFAULT_RETRY, createTransport } from './transport.ts';
import type { RetryPolicy } from './transport.ts';
import type { Chain, Wallet } from './types.ts';
import { plainChain } from './wallet/plain-chain.ts';

export type { Chain } from './types.ts';

const POLL_MS = 200;

export interface ChainOptions {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** A key of this process, or a wallet (a browser's, for example). Absent: read only. */
  readonly account?: Signer | undefined;
  readonly pollMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** The local clock. */
  readonly nowMs?: () => number;
  /** Blocks that must lie on an act before something that cannot be undone rests on it; see `Chain.confirmations`. */
  readonly confirmations?: number | undefined;
}

/** Deeper than the reorganisations that chains and rollups live with. A development chain has none but those that tests make. */
const CONFIRMATIONS = 6;

/** Connects to one deployment and reads its clock. Throws WrongChainError (of every address that answers), RpcUnavailableError, PublicKeyRefusedError. */
export async function createChain(options: ChainOptions): Promise<Chain> {
  const { deployment } = options;
  const viemChain = plainChain(deployment.chainId, options.rpcUrls);
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const { transport, pool } = createTransport(options.rpcUrls, { policy: retry, chainId: deployment.chainId });
  const pollMs = options.pollMs ?? POLL_MS;
  const client: PublicClient = createPublicClient({ chain: viemChain, transport, pollingInterval: pollMs, cacheTime: 0 });
  const wallet = walletOf(options.account, viemChain, transport, pollMs);
  const sender = wallet?.account;
  const confirmations = options.confirmations ?? (deployment.chainId === DEV_CHAIN_ID ? 0 : CONFIRMATIONS);
  if (sender !== undefined) refuseDevAccount(sender.address, deployment.chainId);

  const ask: Chain['ask'] = async (what, question) => {
    try {
      return await question(client);
    } catch (error) {
      throw translateError(error, what);
    }
  };
  const chainId = await ask('the chain id', (one) => one.getChainId());
  if (chainId !== deployment.chainId) throw new WrongChainError(chainId, deployment.chainId);

  return {
    public: client,
    ...(wallet === undefined ? {} : { wallet }),
    ...(options.account === undefined ? {} : { account: options.account }),
    deployment,
    domain: holdfastDomain(deployment),
    clock: await readClock(ask, deployment),
    confirmations,
    endpoints: () => pool.report(),
    nowSeconds: createNow(ask, options.nowMs ?? Date.now),
    ask,
    read: (request) => ask(request.functionName, (one) => one.readContract(request as never)) as never,
    send: async (request) => {
      if (wallet === undefined || sender === undefined) {
        throw new ChainError('READ_ONLY', `${request.what ?? request.functionName} needs an account, and none is connected.`, { nextStep: 'Open a keystore or connect a wallet.' });
      }
      return sendTransaction({ client, wallet, account: sender, pollMs, confirmations }, request as unknown as AnySend);
    },
  };
}

function walletOf(account: ChainOptions['account'], chain: ViemChain, transport: Transport, pollMs: number): Wallet | undefined {
  if (account === undefined || 'sendTransaction' in account) return account;
  return createWalletClient<Transport, ViemChain, Account>({ account, chain, transport, pollingInterval: pollMs }) as Wallet;
}

async function readClock(ask: Chain['ask'], deployment: Deployment): Promise<Clock> {
  const { genesis, epochSeconds, epochsPerPeriod } = await ask("the market's clock", (client) =>
    client.readContract({ address: deployment.market, abi: marketAbi, functionName: 'clock' }),
  );
  return { genesis: Number(genesis), epochSeconds, epochsPerPeriod };
}

/** Asks for the newest block each time: a block may have moved the chain's time at any moment. */
function createNow(ask: Chain['ask'], nowMs: () => number): () => Promise<number> {
  let observedMs = 0;
  let blockSeconds = 0;
  let lagSeconds = 0;
  let highest = -1n;
  /** The latest time at which the block after `highest` was not there yet. */
  let absentMs = -Infinity;
  return async () => {
    const askedMs = nowMs();
    const { timestamp, number } = await ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' }));
    const seconds = Number(timestamp);
    if (seconds !== blockSeconds) [blockSeconds, observedMs] = [seconds, nowMs()];
    if (number > highest) {
      lagSeconds = boundLag(lagSeconds, { seconds, afterMs: absentMs, beforeMs: nowMs() });
      [highest, absentMs] = [number, askedMs];
    } else if (number === highest) {
      absentMs = Math.max(absentMs, askedMs);
    }
    return estimateNow({ blockSeconds, observedMs, nowMs: nowMs(), lagSeconds });
  };
}
