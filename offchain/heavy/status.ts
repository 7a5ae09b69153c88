/** What anybody may know about this node. */
import { epochAt } from '../chain/epoch.ts';
import { networkMode } from '../chain/network-mode.ts';
import type { Health, HeavyStatus } from '../wire/messages.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import type { Liveness } from './liveness.ts';
import { listJobs } from './repair/jobs.ts';

/** Answers from what was seen last while the RPC is away. */
export async function readStatus(context: HeavyContext, parts: { footprint: Footprint; liveness: Liveness }): Promise<HeavyStatus> {
  const { chain, id, store } = context;
  const nowSeconds = await chain.nowSeconds().catch(() => Date.now() / 1000);
  const graph = context.graph.status();
  return {
    id,
    epoch: Math.max(0, epochAt(chain.clock, nowSeconds)),
    children: await parts.liveness.children(),
    agreements: parts.footprint.agreements().length,
    repairs: await listJobs(store),
    mode: await networkMode(chain),
    ...(graph === undefined ? {} : { graph }),
  };
}

/** Ready when chain and database answer. */
export async function readReadiness({ chain, store }: HeavyContext): Promise<Health> {
  const causes: string[] = [];
  await chain.nowSeconds().catch((error: unknown) => causes.push(`The chain does not answer: ${sentence(error)}`));
  await store.repairJob.count().catch((error: unknown) => causes.push(`The database does not answer: ${sentence(error)}`));
  return { ok: causes.length === 0, causes };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
