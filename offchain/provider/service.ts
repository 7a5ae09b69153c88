import type { RequestListener } from 'node:http';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { RetryPolicy } from '../chain/transport.ts';
import { createHealth, HEALTH_LOOP_MS } from '../health/health.ts';
import { createStart } from '../health/starting.ts';
import { openTill } from '../reads/take/open-till.ts';
import type { OpenTill } from '../reads/take/open-till.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import { startLoop } from '../store/loop.ts';
import type { Loop } from '../store/loop.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
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
import type { FragmentFiles } from './fragment-files.ts';
import { requireSomeFiles, sweep } from './fragments.ts';
import { leave } from './leave.ts';
import { createOwnFacts } from './own-facts.ts';
import { OwnReceipts } from './own-receipts.ts';
import { payday } from './payday.ts';
import { Prover } from './prover.ts';
import { joinPeers } from './peer/join-peers.ts';
import { joinWorker } from './join-worker.ts';
import type { Joined } from './peer/join-peers.ts';
import { openFiles } from './open-files.ts';
import { ensureRegistered } from './register.ts';
import { Scrubber } from './scrub.ts';
import { SessionCache } from './session-cache.ts';
import { SteadyClock } from './steady-clock.ts';
import { surrenderLost } from './surrender-lost.ts';
import { syncChain } from './sync-chain.ts';
import { LiveTariff, withTariff } from './tariff.ts';
import { Traffic } from './traffic.ts';
import { Uploads } from './uploads.ts';

const TICKS_PER_EPOCH = 40;
const TICK_MAX_MS = 15_000;
const SYNCS_PER_EPOCH = 5;
const SYNC_MAX_MS = 60_000;
/** The scrub reads a second's share of its rate each second. */
const SCRUB_MS = 1_000;
/** Turns that read years of events, move slots or send hundreds of transactions. */
const MOVING_MS = 3_600_000;
/** How long other work waits for a proof that is under way. */
const CALM_MS = 5_000;
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
  /** See `Chain.confirmations`. */
  readonly confirmations?: number | undefined;
  /** Waits for a chain or a database that is away at the start, as long as it takes; without it that ends the start. */
  readonly isPatient?: boolean;
  /** Ends such a wait. */
  readonly signal?: AbortSignal;
}

export interface RunningProvider {
  readonly url: string;
  readonly id: number;
  /** For money verbs and inspection in the same process. */
  readonly provider: Provider;
  stop(): Promise<void>;
}

/** Starts a provider: disk, database, registration and stake, HTTP service, proofs. It listens first, and says that it starts. */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const { deployment, account, rpcUrls, retry = {}, confirmations } = options;
  const config = ProviderConfig.parse(options.config);
  const log = options.log ?? createLogger({ name: `provider ${account.address}` });
  const start = createStart({ log, isPatient: options.isPatient === true, signal: options.signal });
  // The address is part of the registration, and the id that registration gives is part of every answer.
  let listener: RequestListener = start.listener;
  const server = await startServer((request, response) => listener(request, response), config.listen);
  let opening: Store | undefined;
  let shelved: FragmentFiles | undefined;
  try {
    // A bucket may be away for a while; a disk that cannot be used wants somebody.
    const step = config.store.kind === 's3' ? start.step : <T>(work: () => Promise<T>) => work();
    const files = (shelved = await step(() => openFiles(config)));
    const store = (opening = await start.step(() => openNodeStore({ home: config.home, name: 'state' })));
    if (!config.acceptLoss) await step(() => requireSomeFiles({ store, files }));
    const swept = await step(() => sweep({ store, files }, config.acceptLoss ? { litterMax: Infinity } : {}));
    if (swept.litter + swept.lost + swept.done > 0) log.warn('disk.swept', { ...swept });
    const chain = await start.step(() => createChain({ rpcUrls, deployment, account, retry, confirmations }));
    const id = await start.step(() => ensureRegistered(chain, { config, operator: account.address, endpoint: config.endpoint ?? server.url, keepsRelay: config.endpoint === undefined && config.p2p.enabled, log }));
    const clock = new SteadyClock(chain);
    const opened = await start.step(() => openTill({ chain, store, id, heavy: config.parent, prices: config.reads, nowSeconds: () => clock.nowSeconds(), log }));
    const tariff = await start.step(() => LiveTariff.open(store, config));
    const loops: Loop[] = [];
    const held: { joined?: Joined } = {};
    const health = createHealth({
      chain, account: account.address, store, log, settings: config.health,
      loops: () => loops.map((loop) => loop.report()),
      own: () => ownFacts(),
    });
    const provider: Provider = { id, chain, account, domain: chain.domain, store, files, config: withTariff(config, tariff), tariff, agreements: new AgreementCache(chain), clock, till: opened.till, ...newState({ store, files, config, domain: chain.domain, log }), health, log };
    const prover = new Prover(provider);
    const ownFacts = createOwnFacts({ provider, prover, joined: () => held.joined });
    const scrubber = newScrubber(provider);
    loops.push(...startLoops(provider, { scrubber, prover, opened }));
    listener = createProviderApp(provider);
    const joined = (held.joined = joinPeers(provider, server));
    const working = joinWorker(provider);
    log.info('provider.started', { id, url: server.url, home: config.home, store: files.shelf.place });
    const stop = async () => {
      await working.stop();
      await joined.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      await scrubber.close();
      await server.close();
      await opened.till.settled();
      files.shelf.close();
      await store.$disconnect();
      log.info('provider.stopped', { id });
    };
    return { url: server.url, id, provider, stop };
  } catch (error) {
    await server.close();
    shelved?.shelf.close();
    await opening?.$disconnect();
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

function startLoops(provider: Provider, { scrubber, prover, opened: { redeemer, watchMs } }: { readonly scrubber: Scrubber; readonly prover: Prover; readonly opened: OpenTill }): Loop[] {
  const { chain, config, log, health } = provider;
  const epochMs = chain.clock.epochSeconds * 1000;
  const syncMs = Math.min(epochMs / SYNCS_PER_EPOCH, SYNC_MAX_MS);
  const challenges = new Challenges(provider);
  const ownReceipts = new OwnReceipts(provider);
  // The proof has its time; what follows has all of the epoch.
  const behindProof = (tick: () => Promise<void>) => async (): Promise<void> => {
    await prover.calm(CALM_MS);
    await tick();
  };
  const sync = async () => {
    if (await syncChain(provider)) ownReceipts.forget();
    await ownReceipts.tick();
    await dropRetired(provider);
    await dropOld(provider);
  };
  return [
    startLoop({ name: 'scrub', intervalMs: SCRUB_MS, log, tick: behindProof(async () => void (await scrubber.tick())) }),
    startLoop({ name: 'disk-probe', intervalMs: config.probeMs, log, tick: async () => void (await provider.disk.probe()) }),
    startLoop({ name: 'sync', intervalMs: syncMs, log, tick: behindProof(sync), longestMs: MOVING_MS }),
    startLoop({ name: 'challenges', intervalMs: syncMs, log, tick: () => challenges.tick() }),
    startLoop({ name: 'leave', intervalMs: syncMs, log, tick: behindProof(() => leave(provider)), longestMs: MOVING_MS }),
    startLoop({ name: 'surrender', intervalMs: syncMs, log, tick: behindProof(() => surrenderLost(provider)) }),
    startLoop({ name: 'redeem', intervalMs: watchMs, log, tick: behindProof(async () => void (await redeemer.watch())) }),
    startLoop({ name: 'payday', intervalMs: syncMs, log, tick: behindProof(() => payday(provider, redeemer)), longestMs: MOVING_MS }),
    startLoop({ name: 'prover', intervalMs: config.tickMs ?? Math.min(epochMs / TICKS_PER_EPOCH, TICK_MAX_MS), log, tick: () => prover.turn() }),
    startLoop({ name: 'health', intervalMs: HEALTH_LOOP_MS, log, tick: async () => void (await health.look()) }),
  ];
}
