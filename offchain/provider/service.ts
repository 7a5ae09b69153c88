import type { RequestListener } from 'node:http';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { RetryPolicy } from '../chain/transport.ts';
import { openTill } from '../reads/take/open-till.ts';
import type { OpenTill } from '../reads/take/open-till.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import { startServer } from '../wire/http-server.ts';
import { AgreementCache } from './agreement-cache.ts';
import { createProviderApp } from './app.ts';
import { ProviderConfig } from './config.ts';
import type { ProviderConfigInput } from './config.ts';
import type { Provider } from './context.ts';
import { Challenges } from './challenges.ts';
import { dropOld } from './drop-old.ts';
import { dropRetired } from './retired.ts';
import { DiskMode } from './disk-mode.ts';
import { FragmentFiles } from './fragment-files.ts';
import { requireSomeFiles, sweep } from './fragments.ts';
import { leave } from './leave.ts';
import { Loop } from './loops.ts';
import { OwnReceipts } from './own-receipts.ts';
import { payday } from './payday.ts';
import { Prover } from './prover.ts';
import { joinPeers } from './peer/join-peers.ts';
import { ensureRegistered } from './register.ts';
import { Scrubber } from './scrub.ts';
import { SessionCache } from './session-cache.ts';
import { SteadyClock } from './steady-clock.ts';
import { surrenderLost } from './surrender-lost.ts';
import { syncChain } from './sync-chain.ts';
import { Traffic } from './traffic.ts';
import { Uploads } from './uploads.ts';

const TICKS_PER_EPOCH = 40;
const TICK_MAX_MS = 15_000;
const SYNCS_PER_EPOCH = 5;
const SYNC_MAX_MS = 60_000;
/** The scrub reads a second's share of its rate each second. */
const SCRUB_MS = 1_000;
/** Each holds a megabyte, and a file. */
const UPLOADS_MAX = 64;

export interface ProviderOptions {
  readonly config: ProviderConfigInput;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** The operator's hot key. */
  readonly account: LocalAccount;
  readonly log?: Logger;
  /** How long the chain is asked before a failure counts. */
  readonly retry?: Partial<RetryPolicy>;
}

export interface RunningProvider {
  readonly url: string;
  readonly id: number;
  /** For money verbs and inspection in the same process. */
  readonly provider: Provider;
  stop(): Promise<void>;
}

/** Starts a provider: database, disk, registration and stake, HTTP service, proofs. The chain must answer at start, not later. */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const { deployment, account, rpcUrls, retry = {} } = options;
  const config = ProviderConfig.parse(options.config);
  const log = options.log ?? createLogger({ name: `provider ${account.address}` });
  const { maxBytes, maxAgeSeconds } = config.partials;
  const files = await FragmentFiles.open({ home: config.home, partials: { maxBytes, maxAgeMs: maxAgeSeconds * 1000 } });
  const store = await openNodeStore({ home: config.home, name: 'state' });
  if (!config.acceptLoss) await requireSomeFiles({ store, files });
  const swept = await sweep({ store, files });
  if (swept.litter + swept.lost + swept.done > 0) log.warn('disk.swept', { ...swept });
  // The address is part of the registration, and the id that registration gives is part of every answer.
  let listener: RequestListener = answerNotReady;
  const server = await startServer((request, response) => listener(request, response), config.listen);
  try {
    const chain = await createChain({ rpcUrls, deployment, account, retry });
    const id = await ensureRegistered(chain, { config, operator: account.address, endpoint: config.endpoint ?? server.url, keepsRelay: config.endpoint === undefined && config.p2p.enabled, log });
    const clock = new SteadyClock(chain);
    const opened = await openTill({ chain, store, id, heavy: config.parent, prices: config.reads, nowSeconds: () => clock.nowSeconds(), log });
    const provider: Provider = { id, chain, account, domain: chain.domain, store, files, config, agreements: new AgreementCache(chain), clock, till: opened.till, ...newState({ store, files, config, domain: chain.domain, log }), log };
    const scrubber = newScrubber(provider);
    const loops = startLoops(provider, scrubber, opened);
    listener = createProviderApp(provider);
    const joined = joinPeers(provider, server);
    log.info('provider.started', { id, url: server.url, home: config.home });
    const stop = async () => {
      await joined.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      await scrubber.close();
      await server.close();
      await opened.till.settled();
      await store.$disconnect();
      log.info('provider.stopped', { id });
    };
    return { url: server.url, id, provider, stop };
  } catch (error) {
    await server.close();
    await store.$disconnect();
    throw error;
  }
}

/** What a provider remembers only while it runs. */
function newState(options: Pick<Provider, 'store' | 'files' | 'config' | 'domain' | 'log'>): Pick<Provider, 'sessions' | 'uploads' | 'traffic' | 'disk'> {
  const { reserveBytes } = options.config;
  return { sessions: new SessionCache(options.domain), uploads: new Uploads(UPLOADS_MAX), traffic: new Traffic(), disk: new DiskMode({ ...options, reserveBytes }) };
}

function newScrubber(provider: Provider): Scrubber {
  const { bytesPerSecond, pauseSeconds } = provider.config.scrub;
  return new Scrubber({ ...provider, bytesPerTick: (bytesPerSecond * SCRUB_MS) / 1000, pauseMs: pauseSeconds * 1000 });
}

function startLoops(provider: Provider, scrubber: Scrubber, { redeemer, watchMs }: OpenTill): Loop[] {
  const { chain, config, log } = provider;
  const epochMs = chain.clock.epochSeconds * 1000;
  const prover = new Prover(provider);
  const challenges = new Challenges(provider);
  const ownReceipts = new OwnReceipts(provider);
  const onError = (event: string) => (error: unknown) => log.warn(event, { error });
  const sync = async () => {
    await syncChain(provider);
    await ownReceipts.tick();
    await dropRetired(provider);
    await dropOld(provider);
  };
  return [
    new Loop({ pauseMs: SCRUB_MS, tick: async () => void (await scrubber.tick()), onError: onError('scrub.failed') }),
    new Loop({ pauseMs: config.probeMs, tick: async () => void (await provider.disk.probe()), onError: onError('disk.probe-failed') }),
    new Loop({ pauseMs: Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS), tick: sync, onError: onError('sync.failed') }),
    new Loop({ pauseMs: Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS), tick: () => challenges.tick(), onError: onError('challenges.failed') }),
    new Loop({ pauseMs: Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS), tick: () => leave(provider), onError: onError('leave.failed') }),
    new Loop({ pauseMs: Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS), tick: () => surrenderLost(provider), onError: onError('surrender.failed') }),
    new Loop({ pauseMs: watchMs, tick: async () => void (await redeemer.watch()), onError: onError('redeem.failed') }),
    new Loop({ pauseMs: Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS), tick: () => payday(provider, redeemer), onError: onError('payday.failed') }),
    new Loop({ pauseMs: config.tickMs ?? Math.min(epochMs / TICKS_PER_EPOCH, TICK_MAX_MS), tick: () => prover.tick(), onError: onError('prover.failed') }),
  ];
}

const answerNotReady: RequestListener = (_request, response) => {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(JSON.stringify({ code: 'STARTING', message: 'The provider is starting.', retryable: true, details: {} }));
};
