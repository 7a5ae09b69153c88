/** A token bucket per sender. Senders beyond `maxKeys` push out the one that was quiet for longest. */
export interface Rates {
  /** False: over the rate; nothing is taken then. */
  take(key: string): boolean;
}

export function createRates(options: { readonly perSecond: number; readonly burst: number; readonly maxKeys: number; readonly nowMs?: () => number }): Rates {
  const { perSecond, burst, maxKeys, nowMs = () => performance.now() } = options;
  const buckets = new Map<string, { left: number; atMs: number }>();
  return {
    take(key) {
      const now = nowMs();
      const bucket = buckets.get(key) ?? { left: burst, atMs: now };
      buckets.delete(key);
      bucket.left = Math.min(burst, bucket.left + ((now - bucket.atMs) / 1000) * perSecond);
      bucket.atMs = now;
      buckets.set(key, bucket);
      for (const oldest of buckets.keys()) {
        if (buckets.size <= maxKeys) break;
        buckets.delete(oldest);
      }
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}
