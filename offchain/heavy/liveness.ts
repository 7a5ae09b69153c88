/** Which children answer, and what they ask: the book and the uptime of each are filled from here. Matches do not wait for it. */
import { epochAt } from '../chain/epoch.ts';
import type { NodeState } from '../chain/node-state.ts';
import type { ChildStatus, ProviderStatus } from '../wire/messages.ts';
import type { ProviderTier } from '../wire/placement.ts';
import { isOurFault } from './audit/outcome.ts';
import { childrenOf } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { PARALLEL_REQUESTS, POLLS_PER_ROUND } from './limits.ts';
import { probe } from './offers.ts';
import { mapLimited } from './parallel.ts';

export interface Liveness {
  children(): Promise<ChildStatus[]>;
  /** Asks children for their status: all of them, or as many as one round may take, the longest unasked first. */
  tick(): Promise<void>;
}

export function createLiveness(context: HeavyContext): Liveness {
  const { log, signal, book, reputation, chain, directory } = context;
  const answers = new Map<number, boolean>();

  const note = (node: NodeState, status: ProviderStatus | undefined): void => {
    const alive = status !== undefined;
    if (answers.get(node.id) !== alive) log.info(alive ? 'child.up' : 'child.down', { child: node.id, endpoint: node.endpoint });
    answers.set(node.id, alive);
    if (alive) book.learn(askOf(node.id, status));
    else book.failed(node.id);
    reputation.noteProbe(node.id, alive);
  };
  return {
    async children() {
      return (await childrenOf(context)).map(({ id, endpoint }) => ({ id, endpoint, alive: answers.get(id) ?? false }));
    },
    async tick() {
      const tiers = new Map((await directory.all()).map(({ id, tier }) => [id, tier as ProviderTier]));
      reputation.turn(epochAt(chain.clock, await chain.nowSeconds()), (provider) => tiers.get(provider));
      const due = longestUnasked(await childrenOf(context), (id) => book.of(id)?.checkedMs ?? 0);
      const results = await mapLimited(due, PARALLEL_REQUESTS, async (node) => {
        const [status] = await Promise.all([probe(node, signal).catch(() => undefined), book.resolve({ id: node.id, endpoint: await context.graph.placeOf(node) })]);
        return { node, status };
      });
      if (signal.aborted) return;
      // Nobody answers: it is this machine that is cut off, and nobody is blamed for that.
      if (isOurFault(results.map(({ node, status }) => ({ provider: node.id, isAway: status === undefined })))) {
        log.warn('children.nobody-answers', { asked: results.length });
        return;
      }
      for (const { node, status } of results) note(node, status);
      await reputation.flush();
    },
  };
}

function longestUnasked(children: readonly NodeState[], checkedMs: (id: number) => number): NodeState[] {
  if (children.length <= POLLS_PER_ROUND) return [...children];
  return [...children].sort((a, b) => checkedMs(a.id) - checkedMs(b.id)).slice(0, POLLS_PER_ROUND);
}

function askOf(provider: number, { price, freeBytes, storedBytes, readOnly }: ProviderStatus): Parameters<HeavyContext['book']['learn']>[0] {
  return { provider, price, freeBytes, capacityBytes: freeBytes + storedBytes, readOnly, atMs: Date.now() };
}
