/** Starts up to `depth` calls of `start` before the first one's result is asked for; results keep the order of the source. */
export async function* mapAhead<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  depth: number,
  start: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const running: Promise<R>[] = [];
  for await (const item of source) {
    const result = start(item);
    // A failure counts when its turn comes; until then it must not end the process as an unhandled rejection.
    result.catch(() => undefined);
    running.push(result);
    if (running.length >= depth) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}
