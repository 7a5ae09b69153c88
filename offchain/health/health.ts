/** Puts the facts together: the condition of this node, its causes, and since when each of them holds. */
import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import type { Logger } from '../store/log.ts';
import type { LoopReport } from '../store/loop.ts';
import type { Store } from '../store/open.ts';
import { conditionOf, isReady } from '../wire/condition.ts';
import type { Cause, Condition, Health } from '../wire/condition.ts';
import { createChainFacts } from './chain-facts.ts';
import type { Fact } from './fact.ts';
import { reasonOf } from './fact.ts';
import { loopFacts } from './loop-facts.ts';
import type { HealthSettings } from './settings.ts';
import { createStoreFacts } from './store-facts.ts';
import { unexpectedFacts } from './unexpected.ts';

export interface NodeHealth {
  /** As it is now, at most a second old; asks the chain and the database, and waits a few seconds for them at most. Never throws. */
  look(): Promise<Health>;
  /** As it was at the last look; waits for nothing. */
  known(): Health;
  loops(): readonly LoopReport[];
  /** The newest block seen. */
  head(): { readonly number: bigint; readonly seconds: number } | undefined;
}

export interface HealthParts {
  readonly chain: Chain;
  /** Who pays for gas. */
  readonly account: Address;
  readonly store: Store;
  readonly settings: HealthSettings;
  readonly log: Logger;
  readonly loops: () => readonly LoopReport[];
  /** What only this kind of node knows. */
  readonly own: () => Promise<readonly Fact[]>;
  readonly nowMs?: () => number;
}

const FRESH_MS = 1_000;
/** How often the loop looks, so that causes are noticed, and told in the log, though nobody asks. */
export const HEALTH_LOOP_MS = 15_000;

export function createHealth(parts: HealthParts): NodeHealth {
  const { chain, account, store, settings, log, nowMs = Date.now } = parts;
  const chainFacts = createChainFacts({ chain, account, settings, nowMs });
  const storeFacts = createStoreFacts(store, nowMs);
  const since = new Map<string, number>();
  let causes: readonly Cause[] = [];
  let condition: Condition = 'starting';
  let lookedMs = -Infinity;
  let looking: Promise<void> | undefined;

  const gather = async (): Promise<void> => {
    const own = parts.own().catch((error: unknown): Fact[] => [{ code: 'UNEXPECTED_ERROR', sentence: `The state of this node cannot be read: ${reasonOf(error)}` }]);
    const facts = [...(await chainFacts.look()), ...(await storeFacts.look()), ...(await own), ...loopFacts(parts.loops(), { nowMs: nowMs(), loopFailures: settings.loopFailures }), ...unexpectedFacts(nowMs())];
    const names = new Set(facts.map(nameOf));
    for (const fact of facts) {
      if (since.has(nameOf(fact))) continue;
      since.set(nameOf(fact), Math.floor(nowMs() / 1000));
      log.warn('condition.cause', { code: fact.code, sentence: fact.sentence });
    }
    for (const name of since.keys()) {
      if (names.has(name)) continue;
      since.delete(name);
      log.info('condition.cause-gone', { code: name.split('/')[0] });
    }
    causes = facts.map((fact) => ({ code: fact.code, sentence: fact.sentence, since: since.get(nameOf(fact)) ?? 0 }));
    const now = conditionOf(facts);
    if (now !== condition) log[isReady(now) ? 'info' : 'error']('condition', { condition: now, before: condition, causes: causes.map(({ code }) => code) });
    condition = now;
    lookedMs = performance.now();
  };
  const known = (): Health => ({ ok: isReady(condition), condition, causes: [...causes] });

  return {
    async look() {
      if (performance.now() - lookedMs >= FRESH_MS) await (looking ??= gather().finally(() => (looking = undefined)));
      return known();
    },
    known,
    loops: parts.loops,
    head: () => chainFacts.head,
  };
}

function nameOf({ code, about = '' }: Fact): string {
  return `${code}/${about}`;
}

