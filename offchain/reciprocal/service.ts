/** A provider and a creator in one process with one wallet: gives a part of its disk, stores its folders in the network, and pays with what it earns. */
import { join } from 'node:path';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { RetryPolicy } from '../chain/transport.ts';
import { type NodeClient as Client, createClient } from '../client/client.ts';
import { messageOf } from '../client/errors.ts';
import type { Policy } from '../client/policy.ts';
import { createStart } from '../health/starting.ts';
import type { RunningProvider } from '../provider/service.ts';
import { type Logger, createLogger } from '../store/log.ts';
import { startLoop } from '../store/loop.ts';
import { ReciprocalConfig, type ReciprocalConfigInput, giveBytesOf, namedFolders } from './config.ts';
import { contentStep } from './content-step.ts';
import type { Node } from './context.ts';
import { look } from './landscape.ts';
import { oneAtATime, renew, settleClosed } from './money.ts';
import { startOwnProvider } from './own-provider.ts';
import { Retries } from './retries.ts';
import { saveReport } from './state.ts';
import { Vault } from './vault.ts';

export interface ReciprocalOptions {
  readonly config: ReciprocalConfigInput;
  /** Of the wallet; the creator's state lies here, the provider's in `provider`, own copies in `reciprocal`. */
  readonly home: string;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** Operator, payout address and creator in one. */
  readonly account: LocalAccount;
  /** Heavy nodes to ask for a match; those of the registry where absent. */
  readonly heavies?: readonly string[] | undefined;
  readonly policy?: Partial<Policy> | undefined;
  readonly log?: Logger | undefined;
  /** How long the chain is asked before a failure counts. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** See `Chain.confirmations`. */
  readonly confirmations?: number | undefined;
  /** Waits for a chain that is away at the start, until `signal` fires. */
  readonly isPatient?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunningReciprocal {
  /** 0 and '' until the provider runs: without a heavy node, coin or stake the node keeps its own copies, and waits. */
  readonly id: number;
  readonly url: string;
  readonly client: Client;
  /** What does not work now, by step. */
  problems(): Readonly<Record<string, string>>;
  provider(): RunningProvider | undefined;
  stop(): Promise<void>;
}

const LOOKS_PER_EPOCH = 10;
const LOOK_MAX_MS = 60_000;
const RETRY_MAX_MS = 600_000;
/** A look may store whole disks. */
const LONGEST_MS = 7 * 86_400_000;

/** @throws what opening chain and client throws; SAME_FOLDER_NAME */
export async function startReciprocal(options: ReciprocalOptions): Promise<RunningReciprocal> {
  const { home, rpcUrls, deployment, account, retry, confirmations, heavies, policy } = options;
  const config = ReciprocalConfig.parse(options.config);
  const folders = namedFolders(config);
  const log = options.log ?? createLogger({ name: `reciprocal ${account.address}` });
  const start = createStart({ log, isPatient: options.isPatient === true, signal: options.signal });
  const chain = await start.step(() => createChain({ rpcUrls, deployment, account, confirmations, ...(retry === undefined ? {} : { retry }) }));
  const client = await createClient({ chain, home, heavies, policy });
  const stopping = new AbortController();
  const lookMs = Math.min((chain.clock.epochSeconds * 1_000) / LOOKS_PER_EPOCH, LOOK_MAX_MS, config.scanSeconds * 1_000);
  const problems = new Map<string, string>();
  let provider: RunningProvider | undefined;
  const node: Node = {
    client, account, config, folders, log,
    giveBytes: giveBytesOf(config),
    vault: new Vault(join(home, 'reciprocal')),
    retries: new Retries({ firstMs: lookMs, lastMs: RETRY_MAX_MS }),
    signal: stopping.signal,
    provider: () => provider,
    note(step, problem) {
      const sentence = `${messageOf(problem)}.`;
      if (problems.get(step) !== sentence) log.warn('problem', { step, error: problem });
      problems.set(step, sentence);
    },
    cleared: (step) => void problems.delete(step),
  };
  const report = (): Promise<void> => saveReport(client.store, {
    giveBytes: String(node.giveBytes), diskBytes: String(config.diskBytes), folders, wanted: config.scheme ?? null, problems: Object.fromEntries(problems), lookedMs: Date.now(),
  });
  const step = (name: string, work: () => Promise<void>) => async (): Promise<void> => {
    try {
      await work();
      node.cleared(name);
    } catch (error) {
      if (!stopping.signal.aborted) node.note(name, error);
    }
    if (!stopping.signal.aborted) await report();
  };
  const beProvider = step('provider', async () => {
    provider ??= await startOwnProvider({ config, home, chain, account, rpcUrls, deployment, retry, confirmations, log }, await look(chain));
  });
  await beProvider();
  const loops = [
    startLoop({ name: 'giving', intervalMs: lookMs, log, tick: async () => (provider === undefined ? beProvider() : undefined) }),
    startLoop({ name: 'paying', intervalMs: lookMs, log, tick: step('paying', () => oneAtATime(node, async () => {
      await renew(node);
      await settleClosed(node);
    })) }),
    startLoop({ name: 'storing', intervalMs: config.scanSeconds * 1_000, longestMs: LONGEST_MS, log, tick: step('storing', () => contentStep(node)) }),
  ];
  log.info('reciprocal.started', { creator: client.creator, giveBytes: node.giveBytes, folders: folders.map(({ folder }) => folder) });
  return {
    get id() { return provider?.id ?? 0; },
    get url() { return provider?.url ?? ''; },
    client,
    problems: () => Object.fromEntries(problems),
    provider: () => provider,
    async stop() {
      stopping.abort();
      await Promise.all(loops.map((loop) => loop.stop()));
      await provider?.stop();
      await client.close();
      log.info('reciprocal.stopped', {});
    },
  };
}
