// usage: imported by match.ts: what a process did during one match: pauses of the garbage collector, questions to the chain, and how long the event loop stood still.
import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { Chain } from '../../offchain/chain/types.ts';

export interface Watched {
  /** As it was given, with every question counted. */
  readonly chain: Chain;
  reset(): void;
  /** Since the last reset, in words. */
  account(): string;
}

const TICK_MS = 5;

export function watchProcess(inner: Chain): Watched {
  let [pauses, questions, longest, stoodMs] = [[] as number[], new Map<string, number>(), { what: 'nothing', ms: 0 }, 0];
  new PerformanceObserver((list) => pauses.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ['gc'] });
  let seenMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    stoodMs = Math.max(stoodMs, nowMs - seenMs - TICK_MS);
    seenMs = nowMs;
  }, TICK_MS).unref();
  const timed = async <T>(what: string, answer: Promise<T>): Promise<T> => {
    const beginMs = performance.now();
    questions.set(what, (questions.get(what) ?? 0) + 1);
    try {
      return await answer;
    } finally {
      const ms = performance.now() - beginMs;
      if (ms > longest.ms) longest = { what, ms };
    }
  };
  const chain: Chain = {
    ...inner,
    nowSeconds: () => timed('nowSeconds', inner.nowSeconds()),
    read: ((request: Parameters<Chain['read']>[0]) => timed(request.functionName, inner.read(request))) as Chain['read'],
    ask: (what, question) => timed(what, inner.ask(what, question)),
  };
  return {
    chain,
    reset: () => void ([pauses, questions, longest, stoodMs] = [[], new Map(), { what: 'nothing', ms: 0 }, 0]),
    account() {
      const asked = [...questions].map(([what, count]) => `${count} ${what}`).join(', ');
      const sumMs = Math.round(pauses.reduce((sum, ms) => sum + ms, 0));
      return `${pauses.length} collections of ${sumMs} ms, the loop stood still for ${Math.round(stoodMs)} ms; the chain was asked ${asked || 'nothing'}, longest ${longest.what} with ${Math.round(longest.ms)} ms`;
    },
  };
}
