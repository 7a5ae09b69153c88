/** Which children answer. Only for people to look at: matches ask anew. */
import type { ChildStatus } from '../wire/messages.ts';
import { childrenOf } from './candidates.ts';
import type { HeavyContext } from './context.ts';
import { PARALLEL_REQUESTS } from './limits.ts';
import { probe } from './offers.ts';
import { mapLimited } from './parallel.ts';

export interface Liveness {
  children(): Promise<ChildStatus[]>;
  /** Asks every child for its status. */
  tick(): Promise<void>;
}

export function createLiveness(context: HeavyContext): Liveness {
  const { log, signal } = context;
  const answers = new Map<number, boolean>();
  return {
    async children() {
      return (await childrenOf(context)).map(({ id, endpoint }) => ({ id, endpoint, alive: answers.get(id) ?? false }));
    },
    async tick() {
      await mapLimited(await childrenOf(context), PARALLEL_REQUESTS, async (node) => {
        const alive = await probe(node, signal).then(
          () => true,
          () => false,
        );
        if (signal.aborted) return;
        if (answers.get(node.id) !== alive) log.info(alive ? 'child.up' : 'child.down', { child: node.id, endpoint: node.endpoint });
        answers.set(node.id, alive);
      });
    },
  };
}
