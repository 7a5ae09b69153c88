import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useChain, usePollMs } from '../state/chain.tsx';
import { useQueryEndpoint } from '../state/graph.ts';
import type { Sources } from './sources.ts';

/** Asks index and chain, and asks again by itself. `key`: what the answer depends upon besides them. */
export function useSources<T>(key: readonly unknown[], read: (sources: Sources) => Promise<T>, options: { readonly pollMs?: number | false; readonly enabled?: boolean } = {}): UseQueryResult<T> {
  const chain = useChain();
  const { url, ask } = useQueryEndpoint();
  const usual = usePollMs();
  const { pollMs = usual, enabled = true } = options;
  return useQuery({
    queryKey: ['sources', chain.deployment.market, url ?? null, ...key.map((part) => (typeof part === 'bigint' ? `${part}n` : part))],
    queryFn: ({ signal }) => read({ chain, signal, ...(url === undefined ? {} : { ask }) }),
    refetchInterval: pollMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}
