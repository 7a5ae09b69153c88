/** Questions to the query endpoint (The Graph's dialect): a heavy node's own, or any other by its address. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { HoldfastError } from '../../../wire/errors.ts';
import { askGraph } from './ask-graph.ts';
import type { GraphQuestion } from './ask-graph.ts';
import { usePollMs } from './chain.tsx';
import { useIndexStanding } from './index-standing.ts';

export { askGraph, graphBigInt } from './ask-graph.ts';
export type { GraphQuestion, Variables } from './ask-graph.ts';

export interface QueryEndpoint {
  /** Undefined: none is configured, or it contradicts the chain; pages ask the chain alone then. */
  readonly url: string | undefined;
  ask<T>(question: GraphQuestion<T>, signal?: AbortSignal): Promise<T>;
}

export function useQueryEndpoint(): QueryEndpoint {
  const { url: configured, standing } = useIndexStanding();
  const url = standing?.contradiction === undefined ? configured : undefined;
  return {
    url,
    ask: (question, signal) => (url === undefined ? Promise.reject(new HoldfastError('NO_QUERY_ENDPOINT', 'No index of the chain is configured.', { nextStep: 'Name a query endpoint in Settings.' })) : askGraph(url, question, signal)),
  };
}

/** @example const epochs = useGraph({ query: '{ epochs(first: 10) { id } }', schema: z.object({ epochs: z.array(z.object({ id: z.string() })) }) }); */
export function useGraph<T>(question: GraphQuestion<T>, options: { readonly enabled?: boolean; readonly pollMs?: number | false } = {}): UseQueryResult<T> {
  const usual = usePollMs();
  const { url, ask } = useQueryEndpoint();
  const { enabled = true, pollMs = usual } = options;
  return useQuery({
    queryKey: ['graph', url ?? null, question.query, question.variables ?? {}],
    queryFn: ({ signal }) => ask(question, signal),
    refetchInterval: pollMs,
    placeholderData: keepPreviousData,
    retry: false,
    enabled: enabled && url !== undefined,
  });
}
