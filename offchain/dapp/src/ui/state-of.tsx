import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { explain } from '../state/explain.ts';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

/** A question's three states in one place. What was known stays on the page while a later question fails; a note says so. */
export function StateOf<T>({ query, what, lines, children }: { query: UseQueryResult<T>; what: string; lines?: number; children: (data: T) => ReactNode }) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    // That the chain is silent is told once, above every page.
    const isTold = query.error === null || explain(query.error).code === 'RPC_UNAVAILABLE';
    return <>{isTold ? null : <Failure error={query.error} what={`${what} may be old`} retry={retry} />}{children(query.data)}</>;
  }
  if (query.error !== null) return <Failure error={query.error} what={`${what} could not be read`} retry={retry} />;
  return <Loading what={`${what} is loading`} {...(lines === undefined ? {} : { lines })} />;
}
