/** An indexer inside a node: opened when chain and subgraph are there, with its state for health, status and metrics. */
import type { Chain } from '../chain/types.ts';
import type { Fact } from '../health/fact.ts';
import { reasonOf } from '../health/fact.ts';
import type { Logger } from '../store/log.ts';
import type { IndexerStatus } from '../wire/messages.ts';
import { BadSubgraphError, MappingError } from './errors.ts';
import { openIndexer } from './indexer.ts';
import type { Indexer } from './indexer.ts';
import { QueryBusyError } from './query/errors.ts';
import type { QueryRequest } from './query/engine.ts';
import type { IndexerSettings } from './settings.ts';

export interface IndexerService {
  /** Opens the indexer where it is not yet, and follows the chain to its newest block. */
  tick(): Promise<void>;
  facts(): readonly Fact[];
  status(): IndexerStatus;
  /** JSON text. @throws QueryBusyError */
  answer(request: QueryRequest): Promise<string>;
  stop(): Promise<void>;
}

export interface IndexerServiceOptions {
  readonly chain: Chain;
  readonly home: string;
  readonly settings: IndexerSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
}

export function createIndexerService(options: IndexerServiceOptions): IndexerService {
  const { settings, log, nowMs = Date.now } = options;
  let indexer: Indexer | undefined;
  /** Why it cannot be opened: that does not change by itself. */
  let refused: string | undefined;
  let behindSinceMs: number | undefined;

  const behind = (): number => {
    const { head, chainHead = 0 } = indexer?.report() ?? {};
    return Math.max(0, chainHead - (head?.number ?? 0));
  };
  const noteBehind = (): void => {
    behindSinceMs = behind() > settings.behindBlocks ? (behindSinceMs ?? nowMs()) : undefined;
  };

  return {
    async tick() {
      if (refused !== undefined) return;
      try {
        indexer ??= await openIndexer(options);
      } catch (error) {
        if (!(error instanceof BadSubgraphError || error instanceof MappingError)) throw error;
        refused = error.message;
        log.error('indexer.refused', { error });
        return;
      }
      try {
        await indexer.tick();
      } finally {
        noteBehind();
      }
    },
    facts() {
      const failure = refused ?? indexer?.report().failure?.message;
      if (failure !== undefined) return [{ code: 'INDEXER_FAILED', sentence: reasonOf(failure) }];
      noteBehind();
      const isLong = behindSinceMs !== undefined && nowMs() - behindSinceMs > settings.behindSeconds * 1_000;
      return isLong ? [{ code: 'INDEXER_BEHIND', sentence: `The index of the chain's events is ${behind()} blocks behind: queries show an older state.` }] : [];
    },
    status() {
      const report = indexer?.report();
      const failure = refused ?? report?.failure?.message;
      return {
        ...(report?.head === undefined ? {} : { block: report.head.number }),
        ...(report?.chainHead === undefined ? {} : { chainBlock: report.chainHead }),
        behind: behind(), events: report?.events ?? 0, queriesCutOff: report?.queriesCutOff ?? 0,
        ...(failure === undefined ? {} : { failure }),
      };
    },
    async answer(request) {
      if (indexer === undefined) throw new QueryBusyError(refused === undefined ? 'The indexer is being started.' : 'The indexer cannot run.');
      return indexer.queryText(request);
    },
    async stop() {
      await indexer?.close();
    },
  };
}
