/** Puts a heavy node together: the only place that knows all of its parts. */
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { LocalAccount } from 'viem';
import { createChain } from '../chain/client.ts';
import type { Deployment } from '../chain/deployment.ts';
import { setEndpoint } from '../chain/change-node.ts';
import { nodeIdOf } from '../chain/node-id-of.ts';
import { readNode } from '../chain/read-node.ts';
import { registerNode } from '../chain/register-node.ts';
import type { Chain } from '../chain/types.ts';
import { diskFacts } from '../health/disk-facts.ts';
import { createHealth, HEALTH_LOOP_MS } from '../health/health.ts';
import { createStart } from '../health/starting.ts';
import { createAskBook } from '../p2p/asks.ts';
import { createLogger } from '../store/log.ts';
import type { Logger } from '../store/log.ts';
import { startLoop } from '../store/loop.ts';
import type { Loop } from '../store/loop.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import type { Store } from '../store/open.ts';
import { HoldfastError } from '../wire/errors.ts';
import { startServer } from '../wire/http-server.ts';
import { createHeavyApp } from './app.ts';
import { createIndexerService } from '../indexer/service.ts';
import { createAuditor } from './audit/auditor.ts';
import { createBook } from './book.ts';
import { createContentRegister } from './contents/contents.ts';
import { createPoolPayer } from './contents/pay.ts';
import type { HeavyContext } from './context.ts';
import type { Graph } from './graph/types.ts';
import { createDirectory } from './directory.ts';
import { createDismisser } from './dismissals.ts';
import { endChallenges } from './end-challenges.ts';
import { createEndowments } from './endowments.ts';
import { createNoGraph } from './graph/no-graph.ts';
import { createFootprint } from './footprint.ts';
import { createWorkers } from './jobs/create-workers.ts';
import { FLUSH_MS } from './jobs/limits.ts';
import { endMonths } from './jobs/month-end.ts';
import { createScrutiny } from './jobs/scrutiny.ts';
import { createLiveness } from './liveness.ts';
import { settleFees, withdrawAll } from './money.ts';
import { createMailbox } from './mailbox/mailbox.ts';
import { createNames } from './name-copies.ts';
import { payday } from './payday.ts';
import { createRelay } from './relay.ts';
import { createRenewer } from './renewals.ts';
import { createLosses } from './repair/losses.ts';
import { createRepairer } from './repair/repairer.ts';
import { createRecords } from './records/records.ts';
import { createGatherer } from './reputation/gather-words.ts';
import { createReputation } from './reputation/reputation.ts';
import { createSeals } from './seals.ts';
import { parseSettings } from './settings.ts';
import type { HeavySettings, HeavySettingsInput } from './settings.ts';
import { createWatcher } from './watch.ts';

/** Turns that move much data or send hundreds of transactions. */
const MOVING_MS = 6 * 3_600_000;

export interface HeavyConfig {
  readonly rpcUrls: readonly string[];
  readonly deployment: Deployment;
  /** The operator's key. It signs sessions and transactions, and seals the node's own secrets. */
  readonly account: LocalAccount;
  readonly settings: HeavySettingsInput;
  /** See `Chain.confirmations`. */
  readonly confirmations?: number | undefined;
  /** Waits for a chain or a database that is away at the start, as long as it takes; without it that ends the start. */
  readonly isPatient?: boolean;
  /** Ends such a wait. */
  readonly signal?: AbortSignal;
  /** Receives the log, one line of JSON at a time; standard output when absent. */
  readonly write?: (line: string) => void;
}

export interface RunningHeavy {
  readonly url: string;
  readonly id: number;
  /** Settles the rails that carry this node's footprint. Token units. */
  settleFees(): Promise<{ rails: number; fee: bigint }>;
  /** Pays settled fees to the payout address, and bounties and rewards to the operator. Token units. */
  withdrawAll(): Promise<{ fees: bigint; rewards: bigint }>;
  /** Ends the loops, closes the server and the database. Repairs under way go on when the node starts again. */
  stop(): Promise<void>;
}

/**
 * Starts a heavy node; registers its operator on the chain when it is new there. Once started it goes on whatever chain and peers do.
 * @throws BadRequestError (settings), RpcUnavailableError, PORT_TAKEN, NOT_HEAVY when the operator runs a node of another tier
 */
export async function startHeavy(config: HeavyConfig): Promise<RunningHeavy> {
  const settings = parseSettings(config.settings);
  const { rpcUrls, deployment, account } = config;
  const logOf = (name: string): Logger => createLogger({ name, ...(config.write === undefined ? {} : { write: config.write }) });
  const start = createStart({ log: logOf(`heavy ${account.address}`), isPatient: config.isPatient === true, signal: config.signal });
  const stopped = new AbortController();
  const held: { graph?: Graph; store?: Store } = {};
  let listener: RequestListener = start.listener;
  // The port comes first: the registry shows its address, and the node's id comes from the registry.
  const server = await startServer((request, response) => listener(request, response), settings.listen);
  const close = async (): Promise<void> => {
    stopped.abort();
    await server.close();
    await held.store?.$disconnect();
  };

  try {
    const store = (held.store = await start.step(() => openNodeStore({ home: settings.home, name: 'heavy' })));
    const chain = await start.step(() => createChain({ rpcUrls, deployment, account, confirmations: config.confirmations }));
    const id = await start.step(() => enrol(chain, account, settings, settings.endpoint ?? server.url));
    const log = logOf(`heavy-${id}`);
    const directory = createDirectory(chain, { maxAgeMs: settings.loops.directoryMs, path: join(settings.home, 'directory.json') });
    const reputation = await createReputation({ store, log, vetting: settings.placement.vetting, excludedBelow: settings.minReputation });
    const asks = createAskBook();
    const common = { id, chain, store, account, settings, directory, book: createBook({ asks }), asks, reputation, log, signal: stopped.signal };
    // libp2p takes half a second and 40 MB to load: only who wants it pays.
    const graph = settings.p2p.enabled ? await (await import('./graph/start-graph.ts')).startGraph(common, { url: settings.endpoint ?? server.url }) : createNoGraph();
    held.graph = graph;
    const context: HeavyContext = { ...common, graph };
    const parts = { contents: createContentRegister(context), footprint: createFootprint(context), liveness: createLiveness(context), losses: createLosses(), mailbox: createMailbox(context), names: createNames(context), records: createRecords(context), relay: createRelay(context), seals: await createSeals(context), workers: await createWorkers(context) };
    const indexer = settings.indexer.enabled ? createIndexerService({ chain, home: settings.home, settings: settings.indexer, log, signal: stopped.signal }) : undefined;
    const loops: Loop[] = [];
    const health = createHealth({ chain, account: account.address, store, log, settings: settings.health, loops: () => loops.map((loop) => loop.report()), own: async () => [...(await diskFacts(settings.home, settings.health)), ...(indexer?.facts() ?? [])] });
    const all = { ...parts, health, indexer };
    listener = createHeavyApp(context, all);
    loops.push(...startLoops(context, all, log));
    log.info('heavy.started', { url: server.url, operator: account.address });
    return {
      url: server.url,
      id,
      settleFees: () => settleFees(context, parts.footprint),
      withdrawAll: () => withdrawAll(context),
      async stop() {
        const ended = loops.map((loop) => loop.stop());
        stopped.abort();
        await Promise.all(ended);
        await indexer?.stop();
        await graph.stop();
        await Promise.all([reputation.flush(), directory.save(), parts.workers.accounts.flush()]).catch((error: unknown) => log.warn('heavy.not-saved', { error }));
        await close();
        log.info('heavy.stopped');
      },
    };
  } catch (error) {
    await held.graph?.stop();
    await close();
    throw error;
  }
}

function startLoops(context: HeavyContext, parts: Parameters<typeof createHeavyApp>[1], log: Logger): Loop[] {
  const { loops, watches } = context.settings;
  const { contents, footprint, losses, liveness, mailbox, names, records, relay, seals, workers, health, indexer } = parts;
  const always = [
    startLoop({ name: 'health', intervalMs: HEALTH_LOOP_MS, log, tick: async () => void (await health.look()) }),
    startLoop({ name: 'names', intervalMs: loops.namesMs, log, tick: () => names.tick() }),
    startLoop({ name: 'workers', intervalMs: FLUSH_MS, log, tick: () => workers.accounts.flush() }),
    startLoop({ name: 'records', intervalMs: context.settings.records.everyMs, log, tick: () => records.tick() }),
    startLoop({ name: 'mailbox', intervalMs: context.settings.mailbox.everyMs, log, tick: () => mailbox.tick() }),
    startLoop({ name: 'contents', intervalMs: loops.renewMs, log, tick: () => contents.tick() }),
    startLoop({ name: 'relay', intervalMs: loops.relayMs, log, tick: () => relay.tick() }),
    startLoop({ name: 'children', intervalMs: loops.probeMs, log, tick: () => liveness.tick() }),
    ...(indexer === undefined ? [] : [startLoop({ name: 'indexer', intervalMs: context.settings.indexer.pollMs, log, tick: () => indexer.tick(), longestMs: MOVING_MS })]),
  ];
  if (!watches) return always;
  const watcher = createWatcher(context, footprint);
  const repairer = createRepairer(context, { footprint, seals, workers, losses });
  const scrutiny = createScrutiny(context, footprint, workers);
  const renewer = createRenewer(context, footprint);
  const dismisser = createDismisser(context, footprint);
  const endowments = createEndowments(context, footprint);
  const pools = createPoolPayer(context, footprint);
  const auditor = createAuditor(context, footprint);
  const gatherer = createGatherer(context);
  return [
    ...always,
    startLoop({ name: 'watch', intervalMs: loops.watchMs, log, tick: () => watcher.tick() }),
    startLoop({ name: 'repair', intervalMs: loops.repairMs, log, tick: () => repairer.tick(), longestMs: MOVING_MS }),
    startLoop({ name: 'audit', intervalMs: loops.auditMs, log, tick: () => auditor.tick(), longestMs: MOVING_MS }),
    startLoop({ name: 'reputation', intervalMs: loops.namesMs, log, tick: () => gatherer.tick() }),
    startLoop({ name: 'challenges', intervalMs: loops.watchMs, log, tick: () => endChallenges(context, footprint) }),
    startLoop({ name: 'dismissals', intervalMs: loops.renewMs, log, tick: () => dismisser.tick() }),
    startLoop({ name: 'renewals', intervalMs: loops.renewMs, log, tick: () => renewer.tick() }),
    startLoop({ name: 'endowments', intervalMs: loops.renewMs, log, tick: () => endowments.tick() }),
    startLoop({ name: 'pools', intervalMs: loops.renewMs, log, tick: () => pools.tick() }),
    startLoop({ name: 'scrutiny', intervalMs: loops.auditMs, log, tick: () => scrutiny.tick() }),
    startLoop({ name: 'months', intervalMs: loops.renewMs, log, tick: () => endMonths(context, { accounts: workers.accounts, footprint }) }),
    startLoop({ name: 'payday', intervalMs: loops.renewMs, log, tick: () => payday(context, footprint), longestMs: MOVING_MS }),
  ];
}

/** The operator's node id; registers it when there is none and moves its endpoint when it changed. */
async function enrol(chain: Chain, account: LocalAccount, settings: HeavySettings, endpoint: string): Promise<number> {
  const known = await nodeIdOf(chain, account.address);
  if (known === undefined) {
    const { region, payout = account.address } = settings;
    return (await registerNode(chain, { tier: 'heavy', region, payout, endpoint })).id;
  }
  const node = await readNode(chain, known);
  if (node.tier !== 'heavy') {
    throw new HoldfastError('NOT_HEAVY', `${account.address} operates node ${known}, which is a provider.`, { nextStep: 'Run the heavy node with a key of its own.' });
  }
  if (node.endpoint !== endpoint) await setEndpoint(chain, { id: known, endpoint });
  return known;
}
