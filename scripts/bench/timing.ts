/** Seconds that `act` takes. */
export async function timed(act: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await act();
  return (performance.now() - startedMs) / 1000;
}

/** Millions of bytes per second. */
export function megabytesPerSecond(sizeBytes: number, seconds: number): number {
  return sizeBytes / 1e6 / seconds;
}
