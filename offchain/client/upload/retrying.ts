/** Tries again what may succeed the next time. */
import { HoldfastError } from '../../wire/errors.ts';
import { RemoteError } from '../../wire/transport-errors.ts';
import { pause } from '../aborting.ts';
import type { Policy } from '../policy.ts';

const RETRY_AFTER_MAX_MS = 10_000;

/**
 * Up to `policy.attempts` tries with growing pauses; errors that say they are not retryable end it at once.
 * `act` may call `progressed`: something was gained, so the tries are counted anew.
 */
export async function retrying<T>(policy: Policy, signal: AbortSignal, act: (progressed: () => void) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act(() => (attempt = 1));
    } catch (error) {
      if (signal.aborted || attempt >= policy.attempts || !(error instanceof HoldfastError) || !error.retryable) throw error;
      const askedMs = error instanceof RemoteError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      await pause(Math.min(RETRY_AFTER_MAX_MS, Math.max(askedMs, policy.retryPauseMs * 2 ** (attempt - 1))), signal);
    }
  }
}
