/** Which heavy nodes answer, as far as this one can see: told by its own requests, and by probes where there are none. */
import { z } from 'zod';
import type { NodeState } from '../../chain/node-state.ts';
import { requestJson } from '../../wire/http-client.ts';
import { RemoteError, TransportError } from '../../wire/transport-errors.ts';
import type { HeavyContext } from '../context.ts';
import { PROBE_TIMEOUT_MS } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import { FAILURES_AWAY, PEERS_AT_ONCE, PROBES_PER_ROUND } from './limits.ts';

export interface Peers {
  /** Registered heavy nodes that are not away, this one among them. Those of which nothing is known count as there. */
  live(): Promise<NodeState[]>;
  isAway(id: number): boolean;
  /** What a request to the peer came to: any answer of its own is a sign of life. What went wrong on this side says nothing. */
  heard(id: number, error?: unknown): void;
  /** Probes those of `ids` of which nothing was heard for a while, and those that are away. */
  probe(ids: ReadonlySet<number>): Promise<void>;
}

interface Peer {
  heardMs: number;
  failures: number;
}

export function createPeers(context: HeavyContext, onBack: (id: number) => void, nowMs: () => number = () => performance.now()): Peers {
  const { probeMs } = context.settings.records;
  const known = new Map<number, Peer>();
  const isAway = (id: number): boolean => (known.get(id)?.failures ?? 0) >= FAILURES_AWAY;
  const heavies = async () => (await context.directory.all()).filter(({ tier, endpoint, id }) => tier === 'heavy' && (endpoint !== '' || id === context.id));

  const heard = (id: number, error?: unknown): void => {
    const wasAway = isAway(id);
    const isAnswer = error === undefined || error instanceof RemoteError;
    if (!isAnswer && !(error instanceof TransportError)) return;
    known.set(id, { heardMs: nowMs(), failures: isAnswer ? 0 : (known.get(id)?.failures ?? 0) + 1 });
    if (wasAway === isAway(id)) return;
    context.log.info(wasAway ? 'records.peer-back' : 'records.peer-away', { peer: id });
    if (wasAway) onBack(id);
  };

  return {
    live: async () => (await heavies()).filter(({ id }) => id === context.id || !isAway(id)),
    isAway,
    heard,
    async probe(ids) {
      const silentSince = (id: number): number => known.get(id)?.heardMs ?? -Infinity;
      const due = (await heavies())
        .filter(({ id }) => id !== context.id && (ids.has(id) || isAway(id)) && ((known.get(id)?.failures ?? 0) > 0 || nowMs() - silentSince(id) >= probeMs))
        .sort((a, b) => silentSince(a.id) - silentSince(b.id))
        .slice(0, PROBES_PER_ROUND);
      await mapLimited(due, PEERS_AT_ONCE, async ({ id, endpoint }) => {
        await requestJson(`${endpoint}/healthz`, { schema: z.unknown(), timeoutMs: PROBE_TIMEOUT_MS, signal: context.signal }).then(
          () => heard(id),
          (error: unknown) => heard(id, error),
        );
      });
    },
  };
}
