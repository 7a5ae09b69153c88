/** Puts an edge node together: the only place that knows all of its parts. */
import type { RequestListener } from 'node:http';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import { currentPeriod } from '../chain/current-epoch.ts';
import type { Deployment } from '../chain/deployment.ts';
import type { RetryPolicy } from '../chain/transport.ts';
import { diskFacts } from '../health/disk-facts.ts';
import { createHealth, HEALTH_LOOP_MS } from '../health/health.ts';
import { createStart } from '../health/starting.ts';
import { ensureRegistered } from '../provider/register.ts';
import { SteadyClock } from '../provider/steady-clock.ts';
import { ReadPlaces } from '../provider/read-places.ts';
import { ReadPayer } from '../reads/pay/payer.ts';
import { DEFAULT_READ_POLICY } from '../reads/pay/policy.ts';
import { openTill } from '../reads/take/open-till.ts';
import type { OpenTill } from '../reads/take/open-till.ts';
import { whenDue } from '../store/due.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import { startLoop } from '../store/loop.ts';
import type { Loop } from '../store/loop.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import { startServer } from '../wire/http-server.ts';
import { announceBatch } from './announce.ts';
import type { Announcer } from './announce.ts';
import { createEdgeApp } from './app.ts';
import { Cache } from './cache.ts';
import { EdgeConfig } from './config.ts';
import type { EdgeConfigInput } from './config.ts';
import type { Edge } from './context.ts';
import { KnownRoots } from './known-roots.ts';
import { Network } from './network.ts';
import { Popularity } from './popularity.ts';
import { Puller } from './puller.ts';

export interface EdgeOptions {
  readonly config: EdgeConfigInput;
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** The operator's hot key; it also pays providers, within `upstream`. */
  readonly account: LocalAccount;
  /** Told what is kept here; the network of peers where absent. */
  readonly announcer?: Announcer | undefined;
  readonly log?: Logger;
  readonly retry?: Partial<RetryPolicy>;
  /** See `Chain.confirmations`. */
  readonly confirmations?: number | undefined;
  /** Waits for a chain or a database that is away at the start, as long as it takes; without it that ends the start. */
  readonly isPatient?: boolean;
  /** Ends such a wait. */
  readonly signal?: AbortSignal;
}

export interface RunningEdge {
  readonly url: string;
  readonly id: number;
  /** For inspection in the same process. */
  readonly edge: Edge;
  readonly network: Network;
  /** Redeems all vouchers now. Token units. */
  redeem(): Promise<bigint>;
  stop(): Promise<void>;
}

const PAYDAY_MS = 15_000;

/** Starts an edge node; registers its operator where needed. It listens first, and says that it starts. */
export async function startEdge(options: EdgeOptions): Promise<RunningEdge> {
  const { deployment, account, rpcUrls, retry = {}, confirmations } = options;
  const config = EdgeConfig.parse(options.config);
  const log = options.log ?? createLogger({ name: `edge ${account.address}` });
  const start = createStart({ log, isPatient: options.isPatient === true, signal: options.signal });
  const cache = await Cache.open({ home: config.home, limits: config.cache });
  let listener: RequestListener = start.listener;
  const server = await startServer((request, response) => listener(request, response), config.listen);
  let opening: Store | undefined;
  try {
    const store = (opening = await start.step(() => openNodeStore({ home: config.home, name: 'edge' })));
    const chain = await start.step(() => createChain({ rpcUrls, deployment, account, retry, confirmations }));
    const { region, parent, payout, reads, upstream, popularity } = config;
    const id = await start.step(() => ensureRegistered(chain, { config: { tier: 'edge', region, parent, payout, stake: 0n }, operator: account.address, endpoint: config.endpoint ?? server.url, log }));
    const clock = new SteadyClock(chain);
    const opened = await start.step(() => openTill({ chain, store, id, heavy: parent, prices: reads, nowSeconds: () => clock.nowSeconds(), log }));
    const payer = new ReadPayer({ chain, signer: account, policy: { ...DEFAULT_READ_POLICY, ...upstream }, identify: async () => undefined });
    const roots = new KnownRoots(chain);
    const url = config.endpoint ?? server.url;
    const network = new Network({ id, chain, account, config, url, nowSeconds: () => clock.nowSeconds(), log });
    const announcer = options.announcer ?? network;
    for (const batchId of cache.batches()) await announceBatch(announcer, batchId).catch((error: unknown) => log.warn('announce.failed', { batchId, error }));
    const puller = new Puller({ cache, roots, payer, config, log, announcer });
    const loops: Loop[] = [];
    const health = createHealth({ chain, account: account.address, store, log, settings: config.health, loops: () => loops.map((loop) => loop.report()), own: () => diskFacts(config.home, config.health) });
    const edge: Edge = { id, chain, config, cache, roots, popularity: new Popularity({ halfLifeMs: popularity.halfLifeSeconds * 1000 }), puller, till: opened.till, health, log, counts: { hits: 0, misses: 0, sentBytes: 0 }, places: new ReadPlaces() };
    loops.push(...startLoops(edge, store, opened));
    listener = createEdgeApp(edge);
    log.info('edge.started', { id, url: server.url, home: config.home, entries: cache.entries, bytes: cache.bytes });
    const stop = async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await puller.stop();
      await network.stop();
      await server.close();
      await opened.till.settled();
      await store.$disconnect();
      log.info('edge.stopped', { id });
    };
    return { url: server.url, id, edge, network, redeem: () => opened.redeemer.redeem(), stop };
  } catch (error) {
    await server.close();
    await opening?.$disconnect();
    throw error;
  }
}

function startLoops({ chain, config, log, health }: Edge, store: Store, { redeemer, watchMs }: OpenTill): Loop[] {
  const payday = async (): Promise<void> => {
    if (config.paydayPeriods === 0) return;
    const now = await currentPeriod(chain);
    await whenDue(store, { key: 'payday-period', now, every: config.paydayPeriods }, async () => void (await redeemer.redeem(config.reads.redeemLeast)));
  };
  return [
    startLoop({ name: 'redeem', intervalMs: watchMs, log, tick: async () => void (await redeemer.watch()) }),
    startLoop({ name: 'payday', intervalMs: PAYDAY_MS, log, tick: payday }),
    startLoop({ name: 'health', intervalMs: HEALTH_LOOP_MS, log, tick: async () => void (await health.look()) }),
  ];
}
