import { flushCompileCache } from 'node:module';
import { InterruptedError } from './errors.ts';

/** Time that a service has for an orderly stop before the process ends anyway. */
const STOP_GRACE_MS = 5_000;

export interface RunOptions {
  /** Also stop when standard input ends: the pipe to a supervisor closes even if the supervisor was ended with SIGKILL. */
  readonly supervised?: boolean | undefined;
}

/**
 * Resolves with the reason once the process is asked to stop: SIGINT, SIGTERM, or (supervised) the end of standard input.
 * From then on the process lives at most STOP_GRACE_MS.
 */
export function untilStopped(options: RunOptions): Promise<InterruptedError> {
  return new Promise((resolve) => {
    const stop = (why: string) => {
      setTimeout(() => process.exit(1), STOP_GRACE_MS).unref();
      resolve(new InterruptedError(why));
    };
    process.once('SIGINT', () => stop('SIGINT'));
    process.once('SIGTERM', () => stop('SIGTERM'));
    if (options.supervised !== true) return;
    process.stdin.once('end', () => stop('the supervising process is gone'));
    process.stdin.once('error', () => stop('the supervising process is gone'));
    process.stdin.resume();
    // The same dead supervisor also leaves standard output without a reader.
    process.stdout.on('error', () => stop('the supervising process is gone'));
    process.stderr.on('error', () => stop('the supervising process is gone'));
  });
}

/** An AbortSignal that fires on Ctrl-C or SIGTERM, and says so; a second signal ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string) => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`\nStopping (${why}); a second one ends at once.\n`);
    controller.abort(new InterruptedError(why));
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  return controller.signal;
}

/** The line that a supervisor waits for on standard output. */
export function announceReady(facts: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
  // Otherwise it is only written at the process's end, and the next ones compile everything again.
  flushCompileCache();
}
