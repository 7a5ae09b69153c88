/** Keeps a job's own computing within the share that was promised: what it used too fast it waits for. */
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_LEAST_MS = 5;
const WAIT_MAX_MS = 1_000;

/** @param cores that may be busy on average, for example 0.5 */
export function createPace(cores: number, signal: AbortSignal): { rest(): Promise<void> } {
  const beganMs = performance.now();
  const before = process.cpuUsage();
  return {
    async rest() {
      const { user, system } = process.cpuUsage(before);
      const owedMs = (user + system) / 1_000 / cores - (performance.now() - beganMs);
      if (owedMs > WAIT_LEAST_MS) await sleep(Math.min(WAIT_MAX_MS, owedMs), undefined, { signal });
    },
  };
}
