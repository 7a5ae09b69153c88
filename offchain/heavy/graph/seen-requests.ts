/** Requests that came here lately, so that one that travels by several paths is answered once. */
const KEPT = 8_192;
const KEPT_MS = 120_000;

export interface SeenRequests {
  /** True when it was noted before. */
  note(request: string): boolean;
}

export function createSeenRequests(nowMs: () => number = () => performance.now()): SeenRequests {
  const seen = new Map<string, number>();
  return {
    note(request) {
      const isKnown = (seen.get(request) ?? -Infinity) > nowMs() - KEPT_MS;
      if (isKnown) return true;
      seen.delete(request);
      seen.set(request, nowMs());
      for (const [oldest, atMs] of seen) {
        if (seen.size <= KEPT && atMs > nowMs() - KEPT_MS) break;
        seen.delete(oldest);
      }
      return false;
    },
  };
}
