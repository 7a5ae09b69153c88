/** Questions to the chain that are asked again by themselves. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Chain } from '../../../chain/client.ts';
import { useChain, usePollMs } from './chain.tsx';

export interface ReadOptions {
  /** Default: as usePollMs says. `false`: once. */
  readonly pollMs?: number | false;
  readonly enabled?: boolean;
}

/** For questions that the wallet has to sign for: asked when somebody comes, and not again by themselves, nor whenever the window of the wallet has given the focus back. */
export const ASKED_OF_WALLET = { refetchInterval: false, refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: 60_000 } as const;

/**
 * `key`: what the answer depends upon besides the chain.
 * @example const health = useRead(['health'], networkHealth);
 */
export function useRead<T>(key: readonly unknown[], read: (chain: Chain) => Promise<T>, options: ReadOptions = {}): UseQueryResult<T> {
  const chain = useChain();
  const usual = usePollMs();
  const { pollMs = usual, enabled = true } = options;
  return useQuery({
    queryKey: ['chain', chain.deployment.market, chain.account === undefined ? null : accountOf(chain), ...key.map(plain)],
    queryFn: () => read(chain),
    refetchInterval: pollMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}

function accountOf({ wallet }: Chain): string | null {
  return wallet?.account?.address ?? null;
}

/** Keys are compared as JSON, which has no bigint. */
function plain(part: unknown): unknown {
  return typeof part === 'bigint' ? `${part}n` : part;
}
