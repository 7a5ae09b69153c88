/** How fast repairs may read, so that providers go on serving readers meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Throttle {
  /** Waits until `sizeBytes` more may be read; several callers take turns. */
  take(sizeBytes: number, signal: AbortSignal): Promise<void>;
}

/** A burst of one second is let through at once. */
export function createThrottle(bytesPerSecond: number, clock: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> } = systemClock): Throttle {
  /** When everything taken so far will have been paid for by time. */
  let paidAtMs = -Infinity;
  return {
    async take(sizeBytes, signal) {
      const nowMs = clock.now();
      const waitMs = Math.max(0, paidAtMs - nowMs - 1_000);
      paidAtMs = Math.max(paidAtMs, nowMs) + (sizeBytes * 1_000) / bytesPerSecond;
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    },
  };
}

const systemClock = { now: () => performance.now(), sleep: async (ms: number, signal: AbortSignal) => void (await sleep(ms, undefined, { signal })) };
