import { fallback, http } from 'viem';
import type { Transport } from 'viem';
import { HoldfastError } from '../wire/errors.ts';

/** How long we try before RpcUnavailableError: the pauses double from `firstDelayMs` on. */
export interface RetryPolicy {
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly timeoutMs: number;
}

/** About six seconds of pauses: a restarted RPC node is back by then. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 5, firstDelayMs: 200, timeoutMs: 15_000 };

/** Asks the addresses in order; when all fail for a passing reason, asks again with growing pauses. */
export function createTransport(rpcUrls: readonly string[], policy: RetryPolicy): Transport {
  if (rpcUrls.length === 0) {
    throw new HoldfastError('NO_RPC', 'No RPC address is configured.', { nextStep: 'Name at least one RPC address.' });
  }
  const transports = rpcUrls.map((url) => http(url, { retryCount: 0, timeout: policy.timeoutMs }));
  return fallback(transports, { retryCount: policy.retries, retryDelay: policy.firstDelayMs });
}
