/** Long-tail cancellation: enough answers out of many, without waiting for the slow ones. */
import { linked } from '../aborting.ts';

export interface FirstOfOptions<C, R> {
  /** Best first. */
  readonly candidates: readonly C[];
  readonly need: number;
  readonly start: (candidate: C, signal: AbortSignal) => Promise<R>;
  /** Time without a new answer after which each outstanding candidate gets a substitute. */
  readonly lateMs: number;
  /** True for one whose answer is as good as there: it is neither late nor substituted. */
  readonly isSafe?: ((candidate: C) => boolean) | undefined;
  readonly onLate?: ((candidate: C) => void) | undefined;
  /** Told each answer that is not among the result's: one too many, or one of a call that was cancelled. */
  readonly onSpare?: ((answer: R) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FirstOfResult<C, R> {
  readonly answers: ReadonlyMap<C, R>;
  readonly failures: ReadonlyMap<C, unknown>;
}

/**
 * Starts `need` candidates, the next one for each that fails, and substitutes for those that are late. Resolves as soon as `need`
 * have answered, or with fewer when no candidate is left; what still runs then is cancelled. Rejects only when `signal` fires.
 */
export async function firstOf<C, R>(options: FirstOfOptions<C, R>): Promise<FirstOfResult<C, R>> {
  const { candidates, need, lateMs } = options;
  const answers = new Map<C, R>();
  const failures = new Map<C, unknown>();
  const running = new Set<C>();
  const scope = linked(options.signal);
  let isOver = false;
  let next = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const isSettled = (): boolean => answers.size >= need || (running.size === 0 && next >= candidates.length);
      const launch = (count: number): void => {
        for (let i = 0; i < count && next < candidates.length; i++) {
          const candidate = candidates[next++] as C;
          running.add(candidate);
          options.start(candidate, scope.signal).then(
            (answer) => (isOver || answers.size >= need ? options.onSpare?.(answer) : finish(candidate, () => answers.set(candidate, answer))),
            (error: unknown) => finish(candidate, () => failures.set(candidate, error)),
          );
        }
      };
      const finish = (candidate: C, note: () => void): void => {
        if (answers.size >= need) return;
        running.delete(candidate);
        note();
        step();
      };
      const step = (): void => {
        if (options.signal?.aborted === true) return reject(options.signal.reason as Error);
        launch(need - answers.size - running.size);
        if (isSettled()) return resolve();
        clearTimeout(timer);
        timer = setTimeout(substitute, lateMs);
      };
      const late = new Set<C>();
      const substitute = (): void => {
        const slow = [...running].filter((candidate) => options.isSafe?.(candidate) !== true);
        for (const candidate of slow) {
          if (late.has(candidate)) continue;
          late.add(candidate);
          options.onLate?.(candidate);
        }
        launch(Math.min(slow.length, need - answers.size));
        timer = next < candidates.length ? setTimeout(substitute, lateMs) : undefined;
      };
      scope.signal.addEventListener('abort', () => reject((options.signal?.reason ?? scope.signal.reason) as Error), { once: true });
      step();
    });
    return { answers, failures };
  } catch (error) {
    for (const answer of answers.values()) options.onSpare?.(answer);
    throw error;
  } finally {
    isOver = true;
    clearTimeout(timer);
    scope.abort();
    scope.release();
  }
}
