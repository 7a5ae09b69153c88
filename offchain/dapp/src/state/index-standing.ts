/** How the configured query endpoint stands to the chain; asked now and then for all pages together. */
import { useQuery } from '@tanstack/react-query';
import { askGraph } from './ask-graph.ts';
import { useChain, usePollMs } from './chain.tsx';
import { CHECK_QUESTION, checkIndex } from './check-index.ts';
import type { IndexStanding } from './check-index.ts';
import { useSettings } from './settings.tsx';

/** A reorganisation may have the two apart for a moment: only what is said twice counts. */
const SECOND_LOOK_MS = 2_000;

export interface KnownStanding {
  /** Undefined: none is configured. */
  readonly url: string | undefined;
  /** It does not answer, or not in the dialect. */
  readonly isAway: boolean;
  readonly standing: IndexStanding | undefined;
}

export function useIndexStanding(): KnownStanding {
  const chain = useChain();
  const pollMs = usePollMs();
  const url = useSettings().subgraphUrl ?? undefined;
  const { data, error } = useQuery({
    queryKey: ['index-standing', url ?? null, chain.deployment.market],
    queryFn: async ({ signal }) => {
      const look = async () => {
        const told = await askGraph(url!, CHECK_QUESTION, signal);
        // The chain's own silence is told elsewhere, and says nothing against the index.
        return checkIndex(chain, told).catch((): IndexStanding => ({ behind: 0 }));
      };
      const first = await look();
      if (first.contradiction === undefined) return first;
      await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
      return look();
    },
    refetchInterval: pollMs,
    retry: false,
    enabled: url !== undefined,
  });
  return { url, isAway: error !== null, standing: data };
}
