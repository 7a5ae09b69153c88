/** One request to each of many, where a quorum suffices and nobody waits long for the rest. */
import { linked } from '../aborting.ts';

export interface GraceOptions<C, R> {
  readonly candidates: readonly C[];
  readonly quorum: number;
  readonly start: (candidate: C, signal: AbortSignal) => Promise<R>;
  /** Once a quorum answered after t ms, the others get max(graceMs, graceFactor * t) from the start of the wait. */
  readonly graceMs: number;
  readonly graceFactor: number;
  readonly signal?: AbortSignal | undefined;
}

export interface GraceResult<C, R> {
  readonly answers: ReadonlyMap<C, R>;
  /** `error` undefined: a quorum had answered, and it was too slow and was given up. */
  readonly failures: ReadonlyMap<C, unknown>;
}

/** Resolves when all are done, when the grace is over, or when a quorum is out of reach. Rejects only when `signal` fires. */
export async function withGrace<C, R>(options: GraceOptions<C, R>): Promise<GraceResult<C, R>> {
  const { candidates, quorum, graceMs, graceFactor } = options;
  const answers = new Map<C, R>();
  const failures = new Map<C, unknown>();
  const scope = linked(options.signal);
  const startedMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (options.signal?.aborted === true) return reject(options.signal.reason as Error);
        const open = candidates.length - answers.size - failures.size;
        if (open === 0 || answers.size + open < quorum) return resolve();
        if (answers.size >= quorum) timer ??= setTimeout(resolve, Math.max(graceMs, graceFactor * (performance.now() - startedMs)));
      };
      scope.signal.addEventListener('abort', look, { once: true });
      for (const candidate of candidates) {
        options.start(candidate, scope.signal).then(
          (answer) => answers.set(candidate, answer),
          (error: unknown) => failures.set(candidate, error),
        ).then(look);
      }
      look();
    });
    const result = { answers: new Map(answers), failures: new Map(failures) };
    // When a quorum is out of reach, whoever had not answered yet is no failure: it was not given the time.
    if (answers.size >= quorum) for (const candidate of candidates) if (!answers.has(candidate) && !failures.has(candidate)) result.failures.set(candidate, undefined);
    return result;
  } finally {
    clearTimeout(timer);
    scope.abort();
    scope.release();
  }
}
