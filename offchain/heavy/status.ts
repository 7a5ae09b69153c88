/** What anybody may know about this node. */
import { epochAt } from '../chain/epoch.ts';
import { networkMode } from '../chain/network-mode.ts';
import type { NodeHealth } from '../health/health.ts';
import { within } from '../wire/timing.ts';
import type { HeavyStatus } from '../wire/messages.ts';
import type { IndexerService } from '../indexer/service.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import type { Liveness } from './liveness.ts';
import { listJobs } from './repair/jobs.ts';

/** Nobody waits longer for the chain's time. */
const ANSWER_MS = 1_500;

/** Answers from what was seen last while the RPC is away. */
export async function readStatus(context: HeavyContext, parts: { footprint: Footprint; liveness: Liveness; health: NodeHealth; indexer: IndexerService | undefined }): Promise<HeavyStatus> {
  const { chain, id, store } = context;
  const nowSeconds = await within(chain.nowSeconds(), ANSWER_MS).catch(() => Date.now() / 1000);
  const graph = context.graph.status();
  const { condition, causes } = parts.health.known();
  return {
    id,
    epoch: Math.max(0, epochAt(chain.clock, nowSeconds)),
    children: await parts.liveness.children(),
    agreements: parts.footprint.agreements().length,
    repairs: await listJobs(store),
    mode: await networkMode(chain),
    condition,
    causes,
    ...(graph === undefined ? {} : { graph }),
    ...(parts.indexer === undefined ? {} : { indexer: parts.indexer.status() }),
  };
}
