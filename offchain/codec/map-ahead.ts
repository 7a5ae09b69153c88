/**
 * Starts up to `depth` calls of `start` before the first one's result is asked for; results keep the order of the source.
 * `weightOf`: how many of them an item counts for, one when left out; one that counts for more than there may be runs alone.
 */
export async function* mapAhead<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  depth: number,
  start: (item: T) => Promise<R>,
  weightOf: (item: T) => number = () => 1,
): AsyncGenerator<R, void> {
  const running: { readonly result: Promise<R>; readonly weight: number }[] = [];
  let weights = 0;
  const first = (): Promise<R> => {
    const { result, weight } = running.shift()!;
    weights -= weight;
    return result;
  };
  for await (const item of source) {
    const weight = Math.min(depth, weightOf(item));
    while (weights + weight > depth) yield await first();
    const result = start(item);
    // A failure counts when its turn comes; until then it must not end the process as an unhandled rejection.
    result.catch(() => undefined);
    running.push({ result, weight });
    weights += weight;
    while (weights >= depth) yield await first();
  }
  while (running.length > 0) yield await first();
}
