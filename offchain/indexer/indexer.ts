/** Puts an indexer together: a built subgraph, the chain, a database, the threads of mappings and queries. */
import type { Chain } from '../chain/types.ts';
import { isOnServer } from '../store/dialect.ts';
import type { Logger } from '../store/log.ts';
import { openNodeStore } from '../store/open-node-store.ts';
import { parseAs } from '../wire/json.ts';
import { bindSources, deploymentId } from './bind-sources.ts';
import { askChain } from './follow/ask-chain.ts';
import { Follower } from './follow/follower.ts';
import type { FollowReport } from './follow/parts.ts';
import { startMappingThread } from './host/thread.ts';
import type { MappingThread } from './host/thread.ts';
import { readSubgraph } from './manifest.ts';
import type { QueryAnswer, QueryRequest } from './query/engine.ts';
import { QueryProcess } from './query/query-process.ts';
import { parseSchema } from './schema/parse-schema.ts';
import { IndexerSettings } from './settings.ts';
import type { IndexerSettingsInput } from './settings.ts';
import { INDEX_NAME } from './store/index-name.ts';
import { IndexStore } from './store/index-store.ts';

export interface IndexerOptions {
  readonly chain: Chain;
  /** The folder of the database; on a server (DATABASE_URL) of its schema's name. */
  readonly home: string;
  readonly settings?: IndexerSettingsInput;
  readonly log: Logger;
  /** Ends a step between two portions of blocks. */
  readonly signal?: AbortSignal;
}

export interface Indexer {
  /** Changes whenever code, schema, chain or contracts do. */
  readonly deployment: string;
  readonly settings: IndexerSettings;
  /** One step: up to the newest block, unless a mapping fails (`report`). @throws what chain and database throw; the next call goes on where it was */
  tick(): Promise<void>;
  report(): FollowReport & { readonly queriesCutOff: number };
  query(request: QueryRequest): Promise<QueryAnswer>;
  /** The answer as JSON text. @throws QueryBusyError */
  queryText(request: QueryRequest): Promise<string>;
  close(): Promise<void>;
}

/** Goes on where the database of `home` stopped; begins anew where it holds another deployment. @throws BadSubgraphError, MappingError (its code does not fit), what the store throws */
export async function openIndexer(options: IndexerOptions): Promise<Indexer> {
  const { chain, home, log } = options;
  const settings = parseAs(IndexerSettings, options.settings ?? {}, 'The section "indexer"');
  const subgraph = await readSubgraph(settings.manifest);
  const model = parseSchema(subgraph.schema);
  const sources = await bindSources(chain, subgraph);
  const deployment = deploymentId(chain, subgraph, sources);
  const store = await openNodeStore({ home, name: INDEX_NAME });
  const stopped = new AbortController();
  let thread: MappingThread | undefined;
  try {
    const index = await IndexStore.open(store, { model, deployment });
    let writing: Promise<void> = Promise.resolve();
    thread = await startMappingThread(
      { model, network: subgraph.manifest.network, sources, wasm: subgraph.wasm, entitiesMax: settings.entitiesInMemory },
      {
        load: async (type, id) => (await writing, index.load(type, id)),
        related: async (type, field, value) => (await writing, index.related(type, field, value)),
        chain: (question, blockHash) => askChain(chain, question, blockHash),
        log: (level, message) => log[level === 'error' ? 'error' : level === 'warning' ? 'warn' : 'info']('indexer.mapping', { level, message }),
      },
      { stallMs: settings.mappingTimeoutMs },
    );
    const mappings = thread;
    const follower = await Follower.open({ chain, index, thread: mappings, sources, settings, log, signal: AbortSignal.any([stopped.signal, ...(options.signal === undefined ? [] : [options.signal])]), onWriting: (now) => (writing = now) });
    const queries = new QueryProcess({ home, deployment, schema: subgraph.schema, timeoutMs: settings.query.timeoutMs, queueMax: settings.query.queue, atOnce: isOnServer(store) ? 3 : 1, log });
    let ticking: Promise<void> = Promise.resolve();
    return {
      deployment,
      settings,
      tick: () => (ticking = follower.tick()),
      report: () => ({ ...follower.report(), queriesCutOff: queries.cutOff }),
      query: async (request) => JSON.parse(await queries.ask(request)) as QueryAnswer,
      queryText: (request) => queries.ask(request),
      async close() {
        stopped.abort();
        await ticking.catch(() => undefined);
        await Promise.all([mappings.close(), queries.close()]);
        await store.$disconnect();
      },
    };
  } catch (error) {
    await thread?.close();
    await store.$disconnect();
    throw error;
  }
}
