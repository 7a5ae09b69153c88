/** Pauses between attempts at the same thing: they double from the first to the last. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 300_000;

export interface Pauses {
  /** No pause, or it is over. */
  isOver(key: number): boolean;
  /** Begins the next, longer pause. False when the same fault was met the last time: then nothing new needs to be said. */
  failed(key: number, error: unknown): boolean;
  succeeded(key: number): void;
}

export function createPauses(now: () => number = Date.now): Pauses {
  const pauses = new Map<number, { readonly untilMs: number; readonly pauseMs: number; readonly fault: string }>();
  return {
    isOver: (key) => (pauses.get(key)?.untilMs ?? 0) <= now(),
    failed(key, error) {
      const earlier = pauses.get(key);
      const fault = error instanceof Error ? error.message : String(error);
      const pauseMs = Math.min(LAST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, (earlier?.pauseMs ?? 0) * 2));
      pauses.set(key, { untilMs: now() + pauseMs, pauseMs, fault });
      return earlier?.fault !== fault;
    },
    succeeded: (key) => void pauses.delete(key),
  };
}
