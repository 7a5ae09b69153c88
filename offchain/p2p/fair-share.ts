/** One rate for all, handed out in turns: who sends little waits little, however much the others want. */
export interface FairShare {
  /** Resolves when `sizeBytes` of `key` may pass. Parts of one key keep their order. */
  take(key: string, sizeBytes: number): Promise<void>;
  stop(): void;
}

export interface FairShareInit {
  readonly bytesPerSecond: number;
  readonly nowMs?: () => number;
  readonly setTimer?: (call: () => void, ms: number) => { unref?(): unknown };
}

/** What may pass at once after silence, as a share of a second. */
const BURST_SECONDS = 0.25;

export function createFairShare(init: FairShareInit): FairShare {
  const { bytesPerSecond, nowMs = () => performance.now(), setTimer = setTimeout } = init;
  const burst = bytesPerSecond * BURST_SECONDS;
  /** Keys with parts that wait, in the order of their turns. */
  const queues = new Map<string, { sizeBytes: number; go: () => void }[]>();
  let left = burst;
  let atMs = nowMs();
  let isTimed = false;
  let isStopped = false;

  const refill = (): void => {
    const now = nowMs();
    left = Math.min(burst, left + ((now - atMs) / 1000) * bytesPerSecond);
    atMs = now;
  };
  /** A part larger than what is left makes a debt: otherwise one larger than the burst would wait for ever. */
  const serve = (): void => {
    refill();
    while (left > 0 && queues.size > 0) {
      const [key, queue] = queues.entries().next().value as [string, { sizeBytes: number; go: () => void }[]];
      const part = queue.shift();
      queues.delete(key);
      if (queue.length > 0) queues.set(key, queue);
      if (part === undefined) continue;
      left -= part.sizeBytes;
      part.go();
    }
    if (queues.size === 0 || isTimed || isStopped) return;
    isTimed = true;
    setTimer(() => {
      isTimed = false;
      serve();
    }, Math.max(1, (-left / bytesPerSecond) * 1000));
  };

  return {
    take(key, sizeBytes) {
      return new Promise((resolve) => {
        const queue = queues.get(key) ?? [];
        queue.push({ sizeBytes, go: resolve });
        queues.set(key, queue);
        serve();
      });
    },
    stop() {
      isStopped = true;
      for (const queue of queues.values()) for (const { go } of queue) go();
      queues.clear();
    },
  };
}
