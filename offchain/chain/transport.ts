import { createTransport as createViemTransport } from 'viem';
import type { Transport } from 'viem';
import { HoldfastError } from '../wire/errors.ts';
import { createRpcPool } from './rpc-pool.ts';
import type { RpcPool } from './rpc-pool.ts';

/** How long we try before RpcUnavailableError: the pauses double from `firstDelayMs` on. */
export interface RetryPolicy {
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly timeoutMs: number;
  /** Where there are several addresses, the next one is asked after so long. */
  readonly failOverMs: number;
}

/** About six seconds of pauses: a restarted RPC node is back by then. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 5, firstDelayMs: 200, timeoutMs: 15_000, failOverMs: 4_000 };

/** Asks the addresses in order, as rpc-pool.ts does; when all fail for a passing reason, asks again with growing pauses. */
export function createTransport(rpcUrls: readonly string[], options: { readonly policy: RetryPolicy; readonly chainId: number }): { transport: Transport; pool: RpcPool } {
  if (rpcUrls.length === 0) {
    throw new HoldfastError('NO_RPC', 'No RPC address is configured.', { nextStep: 'Name at least one RPC address.' });
  }
  const pool = createRpcPool(rpcUrls, options);
  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => pool.request({ method, params });
  // The pool has tried again already.
  const transport = () => createViemTransport({ key: 'pool', name: 'RPC addresses', type: 'pool', request: request as never, retryCount: 0 });
  return { transport, pool };
}
