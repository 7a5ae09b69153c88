/** Measures several ways to do one thing in turns, so that a machine that slows down or speeds up does so for all of them. */

export interface Contestant {
  /** Does the whole work once. */
  run(): void | Promise<void>;
  /** Bytes that one run works on, where they are not those of the others. */
  readonly sizeBytes?: number;
}

/** The best of `rounds` for each, in 10^6 bytes a second. One run of each comes before, unmeasured: caches, pages and compilers warm up. */
export async function contest<K extends string>(
  contestants: Readonly<Record<K, Contestant>>,
  options: { readonly sizeBytes: number; readonly rounds: number },
): Promise<Record<K, number>> {
  const entries = Object.entries(contestants) as [K, Contestant][];
  const bestMs = new Map<K, number>();
  for (let round = 0; round <= options.rounds; round++) {
    for (const [name, { run }] of entries) {
      const startedMs = performance.now();
      await run();
      const tookMs = performance.now() - startedMs;
      if (round > 0) bestMs.set(name, Math.min(bestMs.get(name) ?? Infinity, tookMs));
    }
  }
  const speed = ([name, { sizeBytes = options.sizeBytes }]: [K, Contestant]): [K, number] => [name, sizeBytes / 1000 / bestMs.get(name)!];
  return Object.fromEntries(entries.map(speed)) as Record<K, number>;
}
